"""In which encoding a text is written."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
}
_OLD = {"mac_roman": "Mac OS Roman", "cp850": "DOS code page 850"}
_WESTERN = dict.fromkeys("ÄÖÜÉÈÀÁÇÑÅØÆ«»“”„‘’‚‹›–—…•™€£°©®±²³µ½×§ªº¿¡´¨", 0.5)
_WESTERN |= dict.fromkeys("äöüßéèêëàâáíìîïóòôõúùûñçãåøæœ", 1.0)
"""Letters and signs beyond ASCII that texts of Western Europe have; the small letters mostly."""
_LONG_RUN = re.compile("[\x80-\xff]{3}")
_RARE = re.compile("[\x80-\x9f¤¦¨¬¯¸þÿÞðÐ×÷ƒˆ˜\ufffd]")
"""Hardly ever written in Windows-1252: where they stand, it is another encoding."""


_NO_WORD = re.compile("[A-Za-z][ŠŽŸŒ€‚ƒ„…†‡ˆ‰‹“”•˜™›§¤¦¨¸×¢£¥\ufffd][a-z]")
"""No word has such a capital or a sign between letters."""


def unicode_of(head: bytes) -> str | None:
    """The kind of Unicode that the first bytes of a text tell, or None."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    zeros = head[:4096].count(0)
    if len(head) % 2 == 0 and zeros > len(head[:4096]) // 4:
        even = head[:4096:2].count(0)
        return "utf-16-be" if even > zeros - even else "utf-16-le"
    try:
        # A letter may have been cut at the end.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def older_encoding(lines: bytes) -> str | None:
    """The encoding from before Unicode in which lines with letters beyond ASCII make most sense.

    None if none does. Windows-1252 contains what is printed of Latin-1; in the languages that it
    is for, letters beyond ASCII stand alone or in pairs.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(lines, cp_isolation=list(_CANDIDATES))
    best = matches.best()
    western = lines.decode("cp1252", "replace")
    if not _LONG_RUN.search(western):
        fit = max((m.coherence for m in matches if "cp1252" in m.could_be_from_charset), default=0)
        if best is None or best.coherence <= fit:
            old = _older_western(lines)
            return old or (None if _RARE.search(western) else "cp1252")
    return best.encoding if best and best.encoding in _CANDIDATES else None


def _older_western(lines: bytes) -> str | None:
    """The encoding of the Macintosh or of DOS, where the letters of Windows-1252 are no words'."""
    beyond = bytes(byte for byte in lines if byte > 127)

    def share(encoding: str) -> float:
        letters = beyond.decode(encoding, "replace")
        return 0 if "\ufffd" in letters else sum(_WESTERN.get(x, 0) for x in letters) / len(letters)

    if re.search(rb"[\x80-\xff]{3}", lines) or not _NO_WORD.search(
        lines.decode("cp1252", "replace")
    ):
        return None
    best = max(_OLD, key=share)
    return best if share("cp1252") < 0.4 and share(best) > 0.8 else None


def spoken(encoding: str) -> str:
    """What people call an encoding."""
    return {**_CANDIDATES, **_OLD}.get(encoding, encoding.upper().removesuffix("-SIG"))
