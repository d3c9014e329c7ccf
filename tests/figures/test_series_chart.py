import numpy as np

from rnnviz import figures

PLACES, VALUES = np.arange(11, 16), np.array([3.0, 5.0, 4.0, 6.0, 7.0])


def test_data_and_what_was_said_are_drawn_in_their_own_units():
    spec = figures.forecast_spec(PLACES, VALUES, VALUES + 1, 13, "visits")

    data, network = spec["data"]
    np.testing.assert_array_equal(data["x"], PLACES)
    np.testing.assert_array_equal(data["y"], VALUES)
    np.testing.assert_array_equal(network["y"], VALUES + 1)


def test_what_is_held_out_is_shaded():
    def shaded(trained):
        shapes = figures.forecast_spec(PLACES, VALUES, None, trained, "visits")["layout"].get(
            "shapes"
        )
        return shapes and [(shape["x0"], shape["x1"]) for shape in shapes]

    assert shaded(13) == [(13.5, 15.5)]
    assert shaded(5) == [(10.5, 15.5)]
    assert not shaded(15)


def test_before_training_the_data_alone_are_drawn_and_markup_is_text():
    spec = figures.forecast_spec(PLACES, VALUES, None, 15, "<b>x</b>")
    assert len(spec["data"]) == 1
    assert spec["layout"]["yaxis"]["title"]["text"] == "&lt;b&gt;x&lt;/b&gt;"
    assert figures.forecast(PLACES, VALUES, None, 15, "x").data[0].y[0] == 3.0


def test_dates_stand_on_the_axis_where_there_are_any():
    dates = ["2024-01-01", "2024-01-02", "2024-01-05"]
    spec = figures.forecast_spec([8, 9, 10], [1, 2, 3], None, 9, "x", dates)

    assert spec["data"][0]["x"] == dates
    assert spec["layout"]["xaxis"]["type"] == "date"
    (shade,) = spec["layout"]["shapes"]
    assert (shade["x0"], shade["x1"]) == ("2024-01-02", "2024-01-05")
