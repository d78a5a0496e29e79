//! The program that a Rust developer writes for a thousand codes in an archive: qrcode, image and zip, on two threads.
//! `bulk_peer texts.txt out.zip`

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Cursor, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use image::{ImageFormat, Luma};
use qrcode::{EcLevel, QrCode};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const THREADS: usize = 2;
const MODULE_PX: u32 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, texts, out] = arguments.as_slice() else {
        return Err("bulk_peer texts.txt out.zip".into());
    };
    let texts = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = texts.lines().collect();
    let mut zip = ZipWriter::new(BufWriter::new(File::create(out)?));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::sync_channel(64);
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        for _ in 0..THREADS {
            let (sender, next, texts) = (sender.clone(), &next, &texts);
            scope.spawn(move || {
                while let Some((index, text)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    texts.get(index).map(|text| (index, text))
                } {
                    if sender.send((index, png(text))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (index, png) in receiver {
            early.insert(index, png);
            while let Some(png) = early.remove(&due) {
                zip.start_file(format!("qr-{:04}.png", due + 1), options)?;
                zip.write_all(&png)?;
                due += 1;
            }
        }
        Ok(())
    })?;
    zip.finish()?.flush()?;
    Ok(())
}

fn png(text: &str) -> Vec<u8> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("it fits");
    let image = code
        .render::<Luma<u8>>()
        .module_dimensions(MODULE_PX, MODULE_PX)
        .build();
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("it is written");
    bytes.into_inner()
}
