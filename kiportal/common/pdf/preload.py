"""What the fork server imports once, so that a rendering starts at once. Without Pango, each says so itself."""

import contextlib

with contextlib.suppress(OSError):
    import kiportal.common.pdf.typesetter  # noqa: F401
