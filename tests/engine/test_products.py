"""Products over many time steps at once are what a product for each step gives."""

import numpy as np
import pytest

from rnnviz.engine.products import Part, SumOfProducts, product, whole


def blocks(steps, features, batch, seed):
    return np.random.default_rng(seed).normal(size=(steps, features, batch))


def sum_of(left, right, parts, scratch=None):
    """Run the sum in the least memory that is allowed, or in as much as is given."""
    steps, M, batch = left.shape
    largest = max(part.out.size for part in parts)
    least = SumOfProducts.scratch_size(M, right.shape[1], largest, steps, batch)
    add_up = SumOfProducts(left, right, parts, np.full(scratch or least, np.nan))
    add_up()
    return add_up


@pytest.mark.parametrize("scratch", [None, 100_000])
@pytest.mark.parametrize(
    ("steps", "batch"), [(1, 1), (1, 4), (7, 1), (7, 2), (10, 16), (3, 300), (40, 9)]
)
def test_a_sum_of_products_is_that_of_all_steps(steps, batch, scratch):
    left, right = blocks(steps, 12, batch, 0), blocks(steps, 5, batch, 1)
    out = np.full((12, 5), np.nan)
    add_up = sum_of(left, right, [whole(out)], scratch)
    expected = np.einsum("tmb,tnb->mn", left, right)
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)
    left *= 2
    add_up()
    np.testing.assert_allclose(out, 2 * expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 8])
def test_parts_of_a_sum_may_overlap_and_leave_the_rest(batch):
    left, right = blocks(20, 8, batch, 0), blocks(20, 7, batch, 1)
    top, bottom = np.zeros((6, 3)), np.zeros((6, 4))
    parts = [Part(slice(0, 6), slice(0, 3), top), Part(slice(2, 8), slice(3, 7), bottom)]
    sum_of(left, right, parts)
    expected = np.einsum("tmb,tnb->mn", left, right)
    np.testing.assert_allclose(top, expected[:6, :3], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(bottom, expected[2:, 3:], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_product_is_that_of_each_step(batch):
    W, x, out = blocks(1, 4, 5, 2)[0], blocks(6, 5, batch, 3), np.zeros((6, 4, batch))
    product(W, x, out)
    np.testing.assert_allclose(out, np.einsum("mn,tnb->tmb", W, x), rtol=1e-12, atol=1e-12)
