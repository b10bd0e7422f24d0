//! trunkrisk answers one question for outbound call centres on FreePBX and Asterisk: if the flat-rate primary SIP trunk
//! fails, can the pay-per-minute secondary carry the floor, what will it cost, and may it be switched on?
//!
//! ```
//! use trunkrisk::assessment::assess;
//! use trunkrisk::input::{example, files::Folder, plan::{load, Options}};
//! use trunkrisk::policy::{judge, judge::Status, Levels};
//!
//! let folder = Folder::Embedded(&example::FILES);
//! let text = folder.read("failover.toml").map_err(|fault| fault.message)?;
//! let loaded = load(text, &folder, &Options::default()).map_err(|rejected| format!("{:?}", rejected.faults))?;
//! let assessment = assess(&loaded.plan)?;
//! let verdict = judge(&assessment, &Levels::default());
//! assert_eq!(verdict.status, Status::Pass);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Architecture
//!
//! Data flows one way: files are read into a valid plan, pure functions reckon it through, rules judge what they
//! found, and renderers write it down.
//!
//! ```text
//!  failover.toml   rates/*.toml   carriers' own files   past outages   git
//!        └─────┬────────┴────────────────┴─────────────────┴──────────┘
//!            input ── faults ──┐
//!              │               │
//!            model             │
//!              │               │
//!  traffic · routing · rating · outage · year   pure functions: no file, no clock, no chance
//!            simulate                      chance from a seed, the same everywhere
//!              │               │
//!         assessment           │            every number that any report shows, reckoned once
//!       compare · diff         │            alternatives side by side; a plan against its past
//!              │               │
//!           policy ─ findings ─┴─► diagnostics
//!              │                        │
//!           render ◄────────────────────┘   text · json · markdown · csv · html · sarif · junit · github · gitlab
//!              │
//!            shell                          arguments, files, exit codes
//! ```
//!
//! Layers, lowest first. A file uses only its own layer and lower ones; `tests/it/house.rs` checks it.
//!
//! | layer | modules | what is there |
//! |---|---|---|
//! | 1 | [`words`] | money, units, numbers to dial, the calendar, places in files: the types everything is said in |
//! | 2 | [`model`] | plan, campaign, trunk, rate table, cause, policy: valid by construction, free of file formats |
//! | 3 | [`input`] | TOML, and carriers' own files ([`input::deck`]), from a disk or from git, to model; all faults of all files, each with its place |
//! | 4 | [`traffic`], [`routing`], [`rating`], [`outage`], [`year`], [`simulate`] | the engines: load on trunks, what the PBX does with an answer, prices, one outage, the exact law of a year, and simulated years and calls |
//! | 5 | [`assessment`], [`compare`], [`diff`] | runs the engines on a plan; sets alternatives side by side, and a plan against its past |
//! | 6 | [`policy`] | the rules, levels and waivers |
//! | 7 | [`render`] | one file per format; formats and never computes |
//! | 8 | [`shell`] | the command line; one file per command |
//!
//! # Conventions
//!
//! - Money is an exact decimal with a currency. What is expected (a probability-weighted sum) is reckoned in floats and
//!   becomes money in one function, [`rating::border::expected_money`].
//! - Shares, traffic and times are floats behind checked types; calendar time is whole milliseconds.
//! - Rows of rate tables are packed ([`model::rows`]): 16 bytes each, in the order of their prefixes, with what they say kept once
//!   for all that say it. Comparing tables is a merge, and a look-up a row of bits for each length of code.
//! - Errors are values. No input reaches a panic; `unsafe` is forbidden.
//! - Nothing reads a clock, the network, the terminal's width or the locale: the same inputs give the same bytes.
//! - A rule is data ([`policy::rule::Rule`]): one `static` slice for each family, one function for each rule.

pub mod assessment;
pub mod compare;
pub mod diff;
pub mod input;
pub mod model;
pub mod outage;
pub mod policy;
pub mod rating;
pub mod render;
pub mod routing;
pub mod shell;
pub mod simulate;
pub mod traffic;
pub mod words;
pub mod year;
