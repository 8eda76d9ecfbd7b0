"""How the pages are built: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import chainrule

project = "chainrule"
author = "the chainrule developers"
copyright = "the chainrule developers"
version = release = chainrule.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "docstrings",
    "lesson_pages",
    "reference_pages",
]
exclude_patterns = ["_ext", "figures/*.md"]
nitpicky = False  # types such as "array_like" are words

myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # links from the pages to files of the repository

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words, with shapes
napoleon_google_docstring = False
napoleon_use_param = False  # types are words, not links
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]

html_theme = "furo"
html_title = f"chainrule {version}"
html_static_path = ["_static"]
html_css_files = ["chainrule.css"]
html_show_sphinx = False
