"""The gallery: experiments that are worth opening, each with a picture and a claim that is tested.

>>> first = EXHIBITS[0]
>>> first.title, first.link
('A gym schedule is learned', 'v=1&it=120')
>>> first.claim.holds(first.claim.measure(first.experiment))    # trains it: some seconds
True

`exhibits` lists them, `claims` and `looking` measure what they say, `pictures` knows the files of
their pictures. A new one is an `Exhibit` in `EXHIBITS`; then `python -m benchmarks.gallery` counts
on how many seeds its claim holds, and `python -m benchmarks.gallery_pictures` makes its pictures.
Nothing here knows Streamlit; `rnnviz/ui/gallery` shows it, `rnnviz gallery` writes it to files.
"""

from rnnviz.gallery.exhibit import Claim, Exhibit, seeded
from rnnviz.gallery.exhibits import EXHIBITS
from rnnviz.gallery.pictures import THEMES, picture

__all__ = ["EXHIBITS", "THEMES", "Claim", "Exhibit", "picture", "seeded"]
