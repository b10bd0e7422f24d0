//! What is told of tables that are faulty.

use std::borrow::Cow;

use super::lint::known;
use crate::render::report::{Place, Report};

/// Tables that are faulty, and what is known of them all the same.
#[derive(Debug)]
pub struct Faulty<'a> {
    /// The tables as the arguments name them.
    pub paths: &'a [String],
    /// Of the files that could not be had at all: what their faults say, and which of the paths they are.
    pub unread: &'a [(String, String)],
    /// What was understood of the others.
    pub understood: &'a str,
}

impl<'a> Faulty<'a> {
    /// Tells it in a run's report: under the tables' own names, a file that could not be had at its own place, and of the
    /// rules those that tables are held to.
    pub fn tell(&self, report: &mut Report<'a>) {
        report.path = self.paths.first().map_or("", String::as_str);
        report.subject = Cow::Owned(self.paths.join(", "));
        report.cases.retain(|case| known(case.rule));
        for item in report.items.iter_mut().filter(|item| item.places.is_empty()) {
            let file = self.unread.iter().find(|(message, _)| message == item.message);
            item.places.extend(file.map(|(_, path)| Place::whole(path)));
        }
        let understood = self.understood;
        report.text = Box::new(move || Ok(understood.to_owned()));
    }
}
