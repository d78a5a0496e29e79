//! Pixel rows and how often each repeats, told to deflate as cheaply as they allow.

mod matcher;

use super::super::deflate::{Adler32, SHORTEST_MATCH, Sums, Tokens};
use super::super::filter::{FILTER_NONE, FILTER_UP, zero_lines};
use matcher::Matcher;

/// From how many bytes on zeros are cheaper than copies (measured; both cost some 10 bits a line there).
const LONG_LINE: usize = 350;

/// How a line says that it equals the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repetition {
    /// By matches one line back, which run on over the ends of lines: best for short lines.
    Copies,
    /// By the filter Up over zeros, which need no far distances: best for long lines.
    Zeros,
}

impl Repetition {
    /// The cheaper way for lines of `stride` bytes, the filter byte included.
    fn cheaper(stride: usize) -> Repetition {
        if stride < LONG_LINE {
            Repetition::Copies
        } else {
            Repetition::Zeros
        }
    }
}

/// Gathers the lines (pixel rows with their filter bytes) of one picture.
#[derive(Debug)]
pub(crate) struct Scanlines {
    stride: usize,
    repetition: Repetition,
    tokens: Tokens,
    checksum: Adler32,
    matcher: Matcher,
    zeros: Sums,
    /// Bytes still to be told as copies from one line back: none, or enough for a match.
    to_copy: usize,
}

impl Scanlines {
    /// For pixel rows of `width` bytes.
    pub(crate) fn new(width: usize) -> Scanlines {
        let stride = width + 1;
        let repetition = Repetition::cheaper(stride);
        Scanlines {
            stride,
            repetition,
            tokens: Tokens::new(),
            checksum: Adler32::new(),
            matcher: Matcher::new(stride),
            zeros: Sums::of_leading(FILTER_UP, width),
            to_copy: 0,
        }
    }

    /// Adds `row`, as long as said at the start, `count` times.
    pub(crate) fn push(&mut self, row: &[u8], count: u32) {
        let Some(repeats) = count.checked_sub(1) else {
            return;
        };
        self.matcher.begin_line(FILTER_NONE, row);
        match self.repetition {
            Repetition::Copies => {
                self.tell_with_copies(repeats);
                self.matcher.end_line(count, count);
            }
            Repetition::Zeros => {
                self.tell_with_zeros(repeats);
                self.matcher.end_line(count, 1);
            }
        }
    }

    fn tell_with_zeros(&mut self, repeats: u32) {
        self.checksum.append(&Sums::of(self.matcher.line()), 1);
        self.checksum.append(&self.zeros, repeats);
        self.matcher.tell(0..self.stride, &mut self.tokens);
        let stride = self.stride;
        self.tokens.say(repeats, || zero_lines(stride, repeats as usize));
    }

    fn tell_with_copies(&mut self, repeats: u32) {
        let repeated = repeats as usize * self.stride;
        self.checksum.append(&Sums::of(self.matcher.line()), repeats + 1);
        // What equals the line above joins the copies before and after.
        let mut news = self.matcher.news();
        if self.to_copy + news.start < SHORTEST_MATCH {
            news.start = 0;
        }
        if self.stride - news.end + repeated < SHORTEST_MATCH {
            news.end = self.stride;
        }
        self.tokens.copy(self.to_copy + news.start, self.stride);
        self.to_copy = self.stride - news.end + repeated;
        self.matcher.tell(news, &mut self.tokens);
    }

    /// Everything that deflate needs.
    pub(crate) fn finish(mut self) -> (Tokens, Adler32) {
        self.tokens.copy(self.to_copy, self.stride);
        (self.tokens, self.checksum)
    }
}
