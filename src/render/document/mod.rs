//! The sign-off document: what finance reads, compares and signs.
//!
//! [`content`] says what it says, once; [`html`], [`markdown`] and [`csv`] write that down, [`svg`] draws its charts.

pub mod content;
pub mod csv;
pub mod html;
pub mod markdown;
pub mod screen;
pub mod svg;

/// A document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// What it was made from and by, in a line.
    pub subtitle: String,
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// A part of a document.
#[derive(Debug, Clone)]
pub struct Section {
    /// A word for links and for CSV.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// What a section says.
#[derive(Debug, Clone)]
pub enum Block {
    /// A verdict in a word, whether it is a good one, and what it rests on.
    Verdict(&'static str, bool, String),
    /// A paragraph.
    Paragraph(String),
    /// A list.
    List(Vec<String>),
    /// A table.
    Table(Grid),
    /// A chart: what it shows, in words, and the drawing.
    Chart {
        /// What stands below it.
        caption: String,
        /// What it shows, for whoever does not see it.
        told: String,
        /// The drawing.
        svg: String,
    },
    /// A command line.
    Command(String),
    /// Every figure with all its digits, as JSON: folded away where there are pages to turn.
    Data(String),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// What it shows.
    pub caption: String,
    /// Headings, and whether what stands below is numbers.
    pub columns: Vec<(String, bool)>,
    /// Cells by row; the first names the row.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table whose first columns are words and whose others are numbers.
    #[must_use]
    pub fn new<S: AsRef<str>>(
        caption: impl Into<String>,
        words: usize,
        headings: &[S],
        rows: Vec<Vec<String>>,
    ) -> Self {
        let columns = headings.iter().enumerate().map(|(i, name)| (name.as_ref().to_owned(), i >= words)).collect();
        Self { caption: caption.into(), columns, rows }
    }
}
