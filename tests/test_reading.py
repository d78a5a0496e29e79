"""Every pattern, border and centre is read by the decoders that docs/scanning.md promises; `scripts/soak styles` reads more rounds."""

import campaign


def test_the_promised_decoders_read_every_style():
    readings = campaign.read_round(1)
    assert len(readings) == 11 * 8 * 8
    assert campaign.broken(readings) == []
