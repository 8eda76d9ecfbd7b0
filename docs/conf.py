"""How the pages are built: `make docs`."""

import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import chainrule

project = "chainrule"
author = "the chainrule developers"
copyright = "the chainrule developers"
version = release = chainrule.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinxcontrib.katex",
    "docstrings",
    "lesson_pages",
    "reference_pages",
]
exclude_patterns = ["_ext", "figures/*.md", "katex"]
nitpicky = False  # types such as "array_like" are words

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
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

# Formulas are set when the pages are built: a page needs no script for them and no other host.
katex_prerender = True
katex_css_path = "katex/katex.min.css"


def copy_katex(app: Any, exception: Exception | None) -> None:
    """The style sheet of the formulas and its fonts, from `npm ci` in docs/katex."""
    if exception is None:
        source = Path(app.srcdir) / "katex" / "node_modules" / "katex" / "dist"
        target = Path(app.outdir) / "_static" / "katex"
        shutil.copytree(source / "fonts", target / "fonts", dirs_exist_ok=True)
        shutil.copy(source / "katex.min.css", target)


def setup(app: Any) -> None:
    """After the static files are there."""
    app.connect("build-finished", copy_katex)
