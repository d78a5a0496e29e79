//! PNG chunks: length, type, data, CRC (PNG specification, section 5.3).

use std::io::{self, Write};

/// Writes one chunk; `data` stays far below the format's 2 GiB.
pub(crate) fn write_chunk(out: &mut impl Write, kind: [u8; 4], data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&kind);
    crc.update(data);
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&kind)?;
    out.write_all(data)?;
    out.write_all(&crc.finalize().to_be_bytes())
}

/// Turns each piece written to it into an `IDAT` chunk.
pub(crate) struct ImageData<'a, W>(pub(crate) &'a mut W);

impl<W: Write> Write for ImageData<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        write_chunk(self.0, *b"IDAT", piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
