//! Encryption of what is stored and not for everybody who reads the database: AES-256-GCM of ring, which TLS uses too.
//!
//! What is kept in a file is encrypted in pieces, so that no answer has to be in memory whole: the STREAM construction of
//! Hoang, Reyhanitabar, Rogaway and Vizár (2015), in which each nonce tells the piece's number and whether it is the
//! last.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};

use crate::entropy::{self, Entropy};
use crate::file_body::{PIECE, Pieces};

/// Drawn for each file; stands at its beginning.
type Prefix = [u8; 7];

const SEALED_PIECE: u64 = (PIECE + MAX_TAG_LEN) as u64;

/// What one row encrypts with.
pub(crate) struct Seal {
    key: Option<LessSafeKey>,
    /// Ties a ciphertext to its row.
    name: [u8; 32],
}

impl Seal {
    pub(crate) fn new(key: &[u8; 32], name: [u8; 32]) -> Self {
        // Of 32 bytes it is always one.
        let key = UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new);
        Self { key, name }
    }

    fn aad(&self, part: &str) -> Aad<Vec<u8>> {
        Aad::from([part.as_bytes(), &self.name].concat())
    }

    /// Encrypts. Every call draws a nonce, which stands before the ciphertext; a key encrypts a few things a day.
    pub(crate) fn close(&self, part: &str, plain: Vec<u8>, entropy: &dyn Entropy) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = entropy::bytes(entropy);
        let mut sealed = plain;
        self.key
            .as_ref()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), self.aad(part), &mut sealed)
            .ok()?;
        sealed.splice(..0, nonce);
        Some(sealed)
    }

    /// Decrypts what [`close`](Self::close) made of the same part; nothing else.
    pub(crate) fn open(&self, part: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .key
            .as_ref()?
            .open_within(nonce, self.aad(part), &mut sealed, NONCE_LEN..)
            .ok()?;
        let length = plain.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

impl Seal {
    fn close_piece(&self, prefix: Prefix, number: u64, is_last: bool, piece: &mut Vec<u8>) -> io::Result<()> {
        let nonce = nonce(prefix, number, is_last)?;
        let key = self.key.as_ref().ok_or_else(broken)?;
        key.seal_in_place_append_tag(nonce, self.aad("file"), piece)
            .map_err(|_| broken())
    }

    /// Encrypts all that can be read.
    ///
    /// # Errors
    /// Those of the reader and the writer.
    pub(crate) fn close_file(
        &self,
        plain: &mut impl Read,
        out: &mut impl Write,
        entropy: &dyn Entropy,
    ) -> io::Result<()> {
        let prefix: Prefix = entropy::bytes(entropy);
        out.write_all(&prefix)?;
        let mut piece = read_piece(plain)?;
        for number in 0.. {
            // Only what follows tells whether it is the last.
            let next = match piece.len() {
                PIECE => read_piece(plain)?,
                _ => Vec::new(),
            };
            let is_last = next.is_empty();
            self.close_piece(prefix, number, is_last, &mut piece)?;
            out.write_all(&piece)?;
            if is_last {
                break;
            }
            piece = next;
        }
        Ok(())
    }
}

fn read_piece(plain: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE + MAX_TAG_LEN);
    plain.take(PIECE as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

fn nonce(prefix: Prefix, number: u64, is_last: bool) -> io::Result<Nonce> {
    let number = u32::try_from(number).map_err(|_| broken())?;
    let mut nonce = [0; NONCE_LEN];
    let parts = prefix
        .into_iter()
        .chain(number.to_be_bytes())
        .chain([u8::from(is_last)]);
    nonce.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
    Ok(Nonce::assume_unique_for_key(nonce))
}

fn broken() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "an encrypted file is not what was written",
    )
}

/// A file that [`Seal::close_file`] has written, to be read.
pub(crate) struct SealedFile {
    seal: Arc<Seal>,
    file: File,
    prefix: Prefix,
    length: u64,
    pieces: u64,
}

impl SealedFile {
    /// Opens it. A file that was cut short is found out here.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] where it is not what was written; and those of the file.
    pub(crate) fn open(seal: Arc<Seal>, file: File) -> io::Result<Self> {
        let mut prefix = Prefix::default();
        file.read_exact_at(&mut prefix, 0)?;
        let sealed = file.metadata()?.len().saturating_sub(prefix.len() as u64);
        let pieces = sealed.div_ceil(SEALED_PIECE).max(1);
        let opened = Self {
            seal,
            file,
            prefix,
            length: sealed.saturating_sub(pieces * MAX_TAG_LEN as u64),
            pieces,
        };
        opened.read(pieces - 1)?;
        Ok(opened)
    }
}

impl Pieces for SealedFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        let is_last = number + 1 == self.pieces;
        let plain = self
            .length
            .saturating_sub(number * PIECE as u64)
            .min(PIECE as u64);
        let sealed = usize::try_from(plain).map_err(|_| broken())? + MAX_TAG_LEN;
        let mut piece = vec![0; sealed];
        let at = self.prefix.len() as u64 + number * SEALED_PIECE;
        self.file.read_exact_at(&mut piece, at)?;
        let nonce = nonce(self.prefix, number, is_last)?;
        let key = self.seal.key.as_ref().ok_or_else(broken)?;
        let opened = key.open_in_place(nonce, self.seal.aad("file"), &mut piece);
        let length = opened.map_err(|_| broken())?.len();
        piece.truncate(length);
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use super::*;
    use crate::entropy::SystemEntropy;

    fn sealed(seal: &Seal, plain: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        seal.close_file(&mut &*plain, &mut file, &SystemEntropy).unwrap();
        file
    }

    fn opened(seal: &Arc<Seal>, file: &File) -> io::Result<Vec<u8>> {
        let file = SealedFile::open(Arc::clone(seal), file.try_clone()?)?;
        let pieces = (0..file.pieces).map(|number| file.read(number));
        let plain = pieces.collect::<io::Result<Vec<_>>>()?.concat();
        assert_eq!(plain.len() as u64, file.length());
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else() {
        let seal = Arc::new(Seal::new(&[1; 32], [2; 32]));
        let others = [Seal::new(&[3; 32], [2; 32]), Seal::new(&[1; 32], [4; 32])].map(Arc::new);
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5] {
            let plain: Vec<u8> = (0..length).map(|number| number.to_le_bytes()[0]).collect();
            let mut file = sealed(&seal, &plain);
            assert!(opened(&seal, &file).unwrap() == plain, "{length}");
            for other in &others {
                assert!(opened(other, &file).is_err());
            }
            let whole = file.metadata().unwrap().len();
            // Cut anywhere, also between two pieces.
            for cut in [1, MAX_TAG_LEN as u64, SEALED_PIECE]
                .into_iter()
                .filter(|cut| *cut < whole)
            {
                let shorter = tempfile::tempfile().unwrap();
                file.rewind().unwrap();
                io::copy(&mut (&file).take(whole - cut), &mut &shorter).unwrap();
                assert!(opened(&seal, &shorter).is_err(), "{length} - {cut}");
            }
            // A byte that has changed.
            file.write_all_at(&[0xA5], whole - 3).unwrap();
            file.write_all_at(&[0x5A], whole - 4).unwrap();
            assert!(opened(&seal, &file).is_err());
        }
    }
}
