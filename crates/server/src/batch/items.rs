//! The items of a batch, equal ones together.

use std::collections::HashMap;

use crate::render::Job;

/// An item of a batch.
#[derive(Debug)]
pub enum Item {
    /// One that is drawn.
    Own(Box<Job>),
    /// One whose picture is that of an earlier item, by its index.
    Same(usize),
}

/// All items of a batch.
#[derive(Debug, Default)]
pub struct Items {
    all: Vec<Item>,
    first: HashMap<[u8; 32], usize>,
}

impl Items {
    /// Adds an item by the [digest](crate::render::Spec::digest) of what it shows.
    pub fn push(&mut self, job: Box<Job>, digest: [u8; 32]) {
        let index = self.all.len();
        let first = *self.first.entry(digest).or_insert(index);
        self.all.push(match first == index {
            true => Item::Own(job),
            false => Item::Same(first),
        });
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// An item.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Item> {
        self.all.get(index)
    }

    /// What an item shows.
    #[must_use]
    pub fn job(&self, index: usize) -> Option<&Job> {
        match self.all.get(index)? {
            Item::Own(job) => Some(job),
            Item::Same(first) => match self.all.get(*first)? {
                Item::Own(job) => Some(job),
                Item::Same(_) => None,
            },
        }
    }

    /// What every item shows, in their order.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        (0..self.all.len()).filter_map(|index| self.job(index))
    }

    /// What has to be drawn.
    pub fn own(&self) -> impl Iterator<Item = &Job> {
        self.all.iter().filter_map(|item| match item {
            Item::Own(job) => Some(&**job),
            Item::Same(_) => None,
        })
    }

    /// The same, to be completed.
    pub fn own_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.all.iter_mut().filter_map(|item| match item {
            Item::Own(job) => Some(&mut **job),
            Item::Same(_) => None,
        })
    }
}
