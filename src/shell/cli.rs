//! What can be typed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use rust_decimal::Decimal;

use super::output::{Color, OutputArg};
use crate::input::deck::layout::{LAYOUTS, Layout, named};
use crate::input::fault::did_you_mean;
use crate::model::rates::Jurisdiction;
use crate::words::decimal::parse_exact;
use crate::words::e164::DialPrefix;
use crate::words::level::Level;

/// Cost-risk calculator and policy checker for failover SIP trunks of outbound call centres.
///
/// If the flat-rate primary fails, can the pay-per-minute secondary carry the floor, what will it cost, and may it be
/// switched on?
#[derive(Debug, Parser)]
// A fixed name and width: help has the same bytes wherever it is printed.
#[command(name = "trunkrisk", bin_name = "trunkrisk", version, term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The command's name, with that of its part: `rates lint`.
    #[arg(skip)]
    pub name: String,
}

const EXIT_CODES: &str = "Exit codes: 0 pass, 1 a finding at level deny, 2 could not run, 3 not judged";

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The plan, `-` for standard input [default: failover.toml, walking up to the repository's root]
    #[arg(long, value_name = "FILE", global = true)]
    pub plan: Option<PathBuf>,
    /// Take the embedded example floor instead of a plan
    #[arg(long, global = true)]
    pub demo: bool,
    /// The day that counts as today: which rates are in force, which waivers have run out
    #[arg(long, value_name = "DATE", global = true, value_parser = date)]
    pub as_of: Option<NaiveDate>,
    /// What if: changes one value of the plan, such as campaign.renewals.seats=80; repeatable
    #[arg(long, value_name = "KEY=VALUE", global = true, action = ArgAction::Append)]
    pub set: Vec<String>,
    /// Where results go: text, json, markdown, csv, html, sarif, junit, github or gitlab, as far as the command gives
    /// them, to a file or (`-`, or no path) standard output; repeatable [default: text]
    #[arg(long, value_name = "FORMAT[=PATH]", global = true, action = ArgAction::Append)]
    pub output: Vec<OutputArg>,
    /// When to colour
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t)]
    pub color: Color,
    /// Say less
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge the plan: inputs, capacity, cost, budgets and trunks
    Check(CheckArgs),
    /// What a failover costs: by outage length, by start, by year
    Estimate(EstimateArgs),
    /// Whether the secondary absorbs the floor, and the channels, CPS and seats it takes
    Size(SizeArgs),
    /// Alternatives side by side: no secondary, each secondary, chains, other plans
    Compare(CompareArgs),
    /// What a change of rates, plan or policy does to the money
    Diff(DiffArgs),
    /// Years by chance, beside their exact law; or one outage call by call, beside the formulas
    Simulate(SimulateArgs),
    /// The sign-off document: html, markdown, csv
    Report(ReportArgs),
    /// Record who accepted which figures for which inputs: writes failover.lock.toml
    Sign(SignArgs),
    /// The capacity formulas alone: Erlang B, with redials, Engset
    Erlang(ErlangArgs),
    /// Look up, price with and check rate tables
    Rates(RatesArgs),
    /// A rule's page, or how one figure came about
    Explain(ExplainArgs),
    /// List every rule with its level
    Rules(RulesArgs),
    /// Write a plan and rate tables to begin with, or what CI needs
    Init(InitArgs),
    /// Print the JSON Schema of the plan, a rate table or an output, or list the schemas
    Schema(SchemaArgs),
    /// Print a shell's completion script
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

/// Arguments of `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    /// Exit with 0 instead of 1 where findings are denied
    #[arg(long)]
    pub exit_zero: bool,
    /// Judge the change against this as well: a git revision (the commit in common with it), or a directory; policy and
    /// waivers are then read from there
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    pub base: Option<String>,
    /// With --base: where the plan stands there, from the repository's root, if it was renamed or moved since
    #[arg(long, value_name = "PATH", requires = "base")]
    pub base_plan: Option<String>,
    /// The sign-off that the run is set against [default: failover.lock.toml beside the plan, where there is one]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// Levels of rules.
    #[command(flatten)]
    pub levels: LevelArgs,
}

/// Levels of rules, over those of the plan.
#[derive(Debug, Clone, Default, Args)]
pub struct LevelArgs {
    /// Do not report findings of this rule; repeatable, as are the next three; the strictest level of a rule holds
    #[arg(long, value_name = "RULE", action = ArgAction::Append)]
    pub allow: Vec<String>,
    /// Report findings of this rule as notes
    #[arg(long, value_name = "RULE", action = ArgAction::Append)]
    pub note: Vec<String>,
    /// Report findings of this rule as warnings
    #[arg(long, value_name = "RULE", action = ArgAction::Append)]
    pub warn: Vec<String>,
    /// Let findings of this rule fail the check
    #[arg(long, value_name = "RULE", action = ArgAction::Append)]
    pub deny: Vec<String>,
}

impl LevelArgs {
    /// The rules with the levels given for them, from the mildest to the strictest: of several for one rule the last
    /// holds.
    pub fn each(&self) -> impl Iterator<Item = (&str, Level)> {
        [(&self.allow, Level::Allow), (&self.note, Level::Note), (&self.warn, Level::Warn), (&self.deny, Level::Deny)]
            .into_iter()
            .flat_map(|(rules, level)| rules.iter().map(move |rule| (rule.as_str(), level)))
    }
}

/// Arguments of `diff`.
#[derive(Debug, Clone, Default, Args)]
pub struct DiffArgs {
    /// The old side: a git revision (the commit in common with HEAD), a directory, or the JSON of an earlier run
    #[arg(value_name = "BASE")]
    pub base: String,
    /// The new side, of the same kinds [default: the plan as it is]
    #[arg(value_name = "HEAD")]
    pub head: Option<String>,
    /// Where the plan stands in BASE, from the repository's root, if it was renamed or moved since
    #[arg(long, value_name = "PATH")]
    pub base_plan: Option<String>,
    /// Judge the change as `check --base` does
    #[arg(long)]
    pub gate: bool,
    /// With --gate: exit with 0 instead of 1 where findings are denied
    #[arg(long, requires = "gate")]
    pub exit_zero: bool,
    /// Levels of rules.
    #[command(flatten)]
    pub levels: LevelArgs,
}

/// Arguments of `estimate`.
#[derive(Debug, Clone, Default, Args)]
pub struct EstimateArgs {
    /// Past outages to put through the plan, besides those it gives: a CSV whose first row names its columns (start, end or
    /// duration, cause, billed, currency), `-` for standard input
    #[arg(long, value_name = "FILE.csv")]
    pub replay: Option<PathBuf>,
    /// What moves a bad year: every input between a low and a high value, one at a time
    #[arg(long, alias = "tornado")]
    pub sensitivity: bool,
    /// What a planned failover costs: weekday, local time and length, such as "Tue 10:00 15m"
    #[arg(long, value_name = "WHEN", value_parser = drill)]
    pub drill: Option<Drill>,
}

/// When a planned failover begins, and how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drill {
    /// The day of the week.
    pub day: chrono::Weekday,
    /// Local time.
    pub time: chrono::NaiveTime,
    /// Length [s].
    pub length: f64,
}

/// Arguments of `size`.
#[derive(Debug, Clone, Default, Args)]
pub struct SizeArgs {
    /// The share absorbed, over seats and channels
    #[arg(long)]
    pub map: bool,
}

/// Arguments of `compare`.
#[derive(Debug, Clone, Default, Args)]
pub struct CompareArgs {
    /// Further plans, each an alternative
    #[arg(value_name = "OTHER.toml")]
    pub others: Vec<PathBuf>,
    /// The plan with changes, as an alternative of its own: NAME:KEY=VALUE[,KEY=VALUE…]; repeatable
    #[arg(long, value_name = "NAME:KEY=VALUE", action = ArgAction::Append)]
    pub variant: Vec<String>,
}

/// Arguments of `simulate`. Kept as text, so that faults are told as everywhere.
#[derive(Debug, Clone, Default, Args)]
pub struct SimulateArgs {
    /// Years to simulate.
    #[command(flatten)]
    pub years: YearsArgs,
    /// Calls to simulate.
    #[command(flatten)]
    pub calls: CallsArgs,
    /// What the draws come from; the same seed gives the same bytes [default: 1]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub seed: Option<String>,
    /// Threads; no number of them changes a byte [default: one for each processor]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    pub threads: Option<String>,
}

/// Arguments of `simulate --years`.
#[derive(Debug, Clone, Default, Args)]
pub struct YearsArgs {
    /// Simulate so many years: how often each cause strikes, when and for how long, and what that costs
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    pub years: Option<String>,
    /// End before, once the 95 % interval of a figure is so narrow against it, such as p95=1%; figures are mean, p50,
    /// p75, p90, p95, p99, p999 and prob (of years over their budget)
    #[arg(long, value_name = "FIGURE=SHARE", requires = "years")]
    pub until: Option<String>,
}

/// Arguments of `simulate --calls`.
#[derive(Debug, Clone, Default, Args)]
pub struct CallsArgs {
    /// Simulate one outage call by call, and set the formulas' figures beside
    #[arg(long, conflicts_with = "years")]
    pub calls: bool,
    /// The cause of the outage, by its name in the plan
    #[arg(long, value_name = "NAME", requires = "calls")]
    pub cause: Option<String>,
    /// How long it lasts, such as 45m or 1h
    #[arg(long, value_name = "DURATION", requires = "calls")]
    pub duration: Option<String>,
    /// When it begins: `worst`, or a local time such as 2026-12-01T10:00:00 [default: the plan's]
    #[arg(long, value_name = "WHEN", requires = "calls")]
    pub start: Option<String>,
    /// Independent runs; four times as many halve the intervals [default: 30, or 40 for each plan of --validate]
    #[arg(long, value_name = "COUNT", requires = "calls", allow_negative_numbers = true)]
    pub runs: Option<String>,
    /// Write every attempt of every run: as CSV, or as JSON lines to a path that ends in .json or .jsonl; without a path
    /// to standard output, in place of the figures
    #[arg(long, value_name = "PATH", requires = "calls", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub trace: Option<PathBuf>,
    /// Put the program's own suite of plans to the judge, in place of a plan's outage
    #[arg(long, requires = "calls", conflicts_with_all = ["cause", "duration", "start", "trace"])]
    pub validate: bool,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArgs {
    /// The last day for which the signatures hold; else its place is left blank
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub valid_until: Option<NaiveDate>,
}

/// Arguments of `sign`.
#[derive(Debug, Clone, Args)]
pub struct SignArgs {
    /// Who accepts the figures
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Last day for which they are accepted
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub valid_until: NaiveDate,
    /// The day of signing [default: the day that counts as today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<NaiveDate>,
    /// How far an amount may move from the one accepted, such as 5% or 0.05 [default: 5%]
    #[arg(long, value_name = "SHARE", value_parser = tolerance)]
    pub tolerance: Option<Decimal>,
    /// How far a share may move, in points: 1% lets 95 % become 94 % [default: 1%]
    #[arg(long, value_name = "SHARE", value_parser = tolerance)]
    pub tolerance_share: Option<Decimal>,
    /// The file to write [default: failover.lock.toml beside the plan]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
}

/// Arguments of `erlang`.
#[derive(Debug, Clone, Args)]
pub struct ErlangArgs {
    /// Which formula.
    #[command(subcommand)]
    pub formula: FormulaCommand,
}

/// Which formula of capacity.
#[derive(Debug, Clone, Subcommand)]
pub enum FormulaCommand {
    /// Erlang B: calls come at random, what finds all channels busy is lost
    B(ErlangBArgs),
    /// Erlang B where a share of the blocked attempts is dialled again
    BExtended(ErlangBExtendedArgs),
    /// Engset: finitely many sources, such as the lines of a dialer
    Engset(EngsetArgs),
}

/// Any two of the three quantities give the third. Kept as text: a batch has the same values, with the same faults.
#[derive(Debug, Clone, Default, Args)]
pub struct QuantityArgs {
    /// Offered traffic [erlang]; give two of --traffic, --channels and --blocking, for the third
    #[arg(long, value_name = "ERLANGS", allow_negative_numbers = true)]
    pub traffic: Option<String>,
    /// Channels (lines)
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    pub channels: Option<String>,
    /// Most attempts blocked, such as 0.01 or 1%
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub blocking: Option<String>,
    /// Many questions: a CSV whose first row names its columns (traffic, channels, blocking, redial, sources), `-` for
    /// standard input; gives a JSON line for each row. Options stand in for columns and values that are missing
    #[arg(long, value_name = "FILE.csv")]
    pub batch: Option<PathBuf>,
}

/// Arguments of `erlang b`.
#[derive(Debug, Clone, Default, Args)]
pub struct ErlangBArgs {
    /// The three quantities.
    #[command(flatten)]
    pub quantities: QuantityArgs,
}

/// Arguments of `erlang b-extended`.
#[derive(Debug, Clone, Default, Args)]
pub struct ErlangBExtendedArgs {
    /// The three quantities.
    #[command(flatten)]
    pub quantities: QuantityArgs,
    /// Share of the blocked attempts that is dialled again, and again when blocked: A' = A + redial * A' * B(A', C)
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub redial: Option<String>,
}

/// Arguments of `erlang engset`.
#[derive(Debug, Clone, Default, Args)]
pub struct EngsetArgs {
    /// The three quantities.
    #[command(flatten)]
    pub quantities: QuantityArgs,
    /// Sources N; an idle one offers A / (N - A) erlang, where A is the traffic they would carry if nothing were blocked
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    pub sources: Option<String>,
}

impl FormulaCommand {
    /// The three quantities.
    #[must_use]
    pub fn quantities(&self) -> &QuantityArgs {
        match self {
            Self::B(args) => &args.quantities,
            Self::BExtended(args) => &args.quantities,
            Self::Engset(args) => &args.quantities,
        }
    }
}

/// Arguments of `rates`.
#[derive(Debug, Clone, Args)]
pub struct RatesArgs {
    /// What to do with the tables.
    #[command(subcommand)]
    pub command: RatesCommand,
}

/// What to do with rate tables.
#[derive(Debug, Clone, Subcommand)]
pub enum RatesCommand {
    /// The rate of a number
    Show(RatesShowArgs),
    /// What a call costs, step by step
    Price(RatesPriceArgs),
    /// Check tables
    Lint(RatesLintArgs),
    /// A carrier's own file, .csv or .xlsx, to a checked table
    Import(Box<RatesImportArgs>),
    /// What a new table changes; with --plan, what its calls cost more or less
    Diff(RatesDiffArgs),
}

/// Arguments of `rates show`.
#[derive(Debug, Clone, Args)]
pub struct RatesShowArgs {
    /// The number called, in E.164
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// The rate table, or a carrier's own file [default: every table of the plan]
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
    /// The layout of a carrier's own file [default: what its header tells]
    #[arg(long, value_name = "NAME", value_parser = layout, requires = "table")]
    pub format: Option<&'static Layout>,
    /// The day of the call [default: the day that counts as today where one is given, also by the plan, else the
    /// newest first day in the table that its last day allows]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<NaiveDate>,
    /// The number shown to the called party, or anonymous, restricted, unavailable, unknown or withheld [default: none
    /// is shown]
    #[arg(long, value_name = "NUMBER")]
    pub from: Option<String>,
}

/// Arguments of `rates price`.
#[derive(Debug, Clone, Args)]
pub struct RatesPriceArgs {
    /// The number called, in E.164
    #[arg(value_name = "NUMBER", required_unless_present = "batch")]
    pub number: Option<String>,
    /// Talk time [s], such as 45 or 30.1; 0 for an attempt that nobody answered
    #[arg(value_name = "SECONDS", required_unless_present = "batch", allow_negative_numbers = true)]
    pub seconds: Option<String>,
    /// The rate table, or a carrier's own file [default: every table of the plan]
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
    /// The layout of a carrier's own file [default: what its header tells]
    #[arg(long, value_name = "NAME", value_parser = layout, requires = "table")]
    pub format: Option<&'static Layout>,
    /// The day of the call [default: the day that counts as today where one is given, also by the plan, else the
    /// newest first day in the table that its last day allows]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<NaiveDate>,
    /// The number shown to the called party, or anonymous, restricted, unavailable, unknown or withheld [default: none
    /// is shown]
    #[arg(long, value_name = "NUMBER")]
    pub from: Option<String>,
    /// Whose states meet, where a row prices by that: interstate, intrastate or indeterminate [default: from --from:
    /// indeterminate where no number of +1 or a toll-free one is shown, intrastate where the area codes are the same; of
    /// two area codes the states are not known]
    #[arg(long, value_name = "WHICH", value_parser = jurisdiction)]
    pub jurisdiction: Option<Jurisdiction>,
    /// Many calls: a CSV whose first row names its columns (number, seconds, on, from, jurisdiction), `-` for standard
    /// input; gives a JSON line for each row. Options stand in for columns and values that are missing
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["number", "seconds"])]
    pub batch: Option<PathBuf>,
}

/// Arguments of `rates lint`.
#[derive(Debug, Clone, Args)]
pub struct RatesLintArgs {
    /// The rate tables, or carriers' own files
    #[arg(value_name = "FILE", required = true)]
    pub tables: Vec<PathBuf>,
    /// The layout of carriers' own files [default: what their headers tell]
    #[arg(long, value_name = "NAME", value_parser = layout)]
    pub format: Option<&'static Layout>,
}

/// Arguments of `rates import`.
#[derive(Debug, Clone, Args)]
pub struct RatesImportArgs {
    /// The carrier's file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The table to write, with the deck beside it [default: nothing is written, and the table shown]
    #[arg(long, value_name = "FILE.toml")]
    pub out: Option<PathBuf>,
    /// A table whose deck this file takes the place of: all else that the table says stays
    #[arg(
        long,
        value_name = "FILE.toml",
        conflicts_with_all = [
            "out", "force", "currency", "carrier", "increment", "format", "columns", "dates", "hyphen", "blanks", "decimal",
            "no_header", "country_code", "only", "delimiter"
        ]
    )]
    pub update: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
    /// The currency of the prices
    #[arg(long, value_name = "CODE", required_unless_present = "update", default_value = "")]
    pub currency: String,
    /// The carrier's name [default: the table's]
    #[arg(long, value_name = "NAME")]
    pub carrier: Option<String>,
    /// The increment of rows that name none, such as 6/6
    #[arg(long, value_name = "I/S")]
    pub increment: Option<String>,
    /// First day of rows that name none
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub effective_from: Option<NaiveDate>,
    /// The layout [default: what the header tells]
    #[arg(long, value_name = "NAME", value_parser = layout)]
    pub format: Option<&'static Layout>,
    /// A column, such as prefix=Code, or prefix=Country+Area for parts; repeatable
    #[arg(long = "column", value_name = "KEY=HEADER", value_parser = super::rates::import::column, conflicts_with = "format")]
    pub columns: Vec<(String, String)>,
    /// What 03/04/2026 is: dmy or mdy
    #[arg(long, value_name = "ORDER", value_parser = ["dmy", "mdy", "ymd"])]
    pub dates: Option<String>,
    /// What 82-01 is: range or join
    #[arg(long, value_name = "MEANING", value_parser = ["range", "join"])]
    pub hyphen: Option<String>,
    /// What 49152 49162 is: list or join
    #[arg(long, value_name = "MEANING", value_parser = ["list", "join"])]
    pub blanks: Option<String>,
    /// What stands before a fraction: . or ,
    #[arg(long, value_name = "MARK", value_parser = [".", ","])]
    pub decimal: Option<String>,
    /// The file has no headings: columns are named by number
    #[arg(long)]
    pub no_header: bool,
    /// Digits put before every code, such as 49
    #[arg(long, value_name = "DIGITS", value_parser = dial_prefix)]
    pub country_code: Option<String>,
    /// The rows that are meant, where a file holds more, such as carrier_id=7; repeatable
    #[arg(long, value_name = "HEADER=CELL", value_parser = super::rates::import::only)]
    pub only: Vec<(String, String)>,
    /// What parts cells: , ; | or tab
    #[arg(long, value_name = "MARK", value_parser = [",", ";", "|", "tab"])]
    pub delimiter: Option<String>,
    /// The sheet of a spreadsheet [default: the first whose header is known]
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

/// Arguments of `rates diff`.
#[derive(Debug, Clone, Args)]
pub struct RatesDiffArgs {
    /// The old table, or a carrier's own file
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The new one
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// The day on which both are looked at [default: the day that counts as today where one is given, else the newest
    /// first day in each]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<NaiveDate>,
}

fn dial_prefix(text: &str) -> Result<String, String> {
    DialPrefix::parse(text).map(|prefix| prefix.to_string()).map_err(|error| error.to_string())
}

/// A layout of decks by its name.
fn layout(text: &str) -> Result<&'static Layout, String> {
    let known: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).collect();
    named(text).ok_or_else(|| format!("one of {} is wanted", known.join(", ")))
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainArgs {
    /// A rule's name or code, or the path of a figure
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
}

/// Arguments of `rules`.
#[derive(Debug, Clone, Default, Args)]
pub struct RulesArgs {}

/// Arguments of `init`.
#[derive(Debug, Clone, Default, Args)]
pub struct InitArgs {
    /// The folder to write to [default: here]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
    /// Write what runs `check` in CI or before a commit, at the repository's root, for the plan that is there (--plan, or
    /// found as `check` finds it), and an example plan only where there is none
    #[arg(long, value_name = "WHICH", value_enum)]
    pub ci: Option<Ci>,
}

/// Where `check` is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Ci {
    /// A workflow of GitHub Actions, .github/workflows/trunkrisk.yml
    Github,
    /// A job of GitLab, .gitlab-ci.yml
    Gitlab,
    /// A hook of pre-commit, .pre-commit-config.yaml
    PreCommit,
}

/// Arguments of `schema`.
#[derive(Debug, Clone, Default, Args)]
pub struct SchemaArgs {
    /// Which schema [default: lists them]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// Arguments of `completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Clone, Default, Args)]
pub struct ManArgs {}

impl Cli {
    /// Reads the arguments, the first being the program's own name.
    ///
    /// # Errors
    /// Where they are none of this program's; also for `--help` and `--version`, whose text is the error.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        let matches = Self::command().try_get_matches_from(&args)?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut Self::command()))?;
        let mut below = Some(&matches);
        while let Some((name, inner)) = below.and_then(clap::ArgMatches::subcommand) {
            cli.name = if cli.name.is_empty() { name.to_owned() } else { format!("{} {name}", cli.name) };
            below = Some(inner);
        }
        cli.refuse_conflicts(&args)?;
        Ok(cli)
    }

    /// What clap does not see for global options: conflicts between the two sides of the command's name, and values of
    /// a repeatable option before the name, which those after it replace in silence.
    fn refuse_conflicts(&self, args: &[OsString]) -> Result<(), clap::Error> {
        let refuse = |message: &str| Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        if self.global.plan.is_some() && self.global.demo {
            return refuse("--plan and --demo exclude each other: the example floor stands in for a plan");
        }
        if self.global.quiet && self.global.verbose {
            return refuse("--quiet and --verbose exclude each other");
        }
        for (name, read) in [("--set", self.global.set.len()), ("--output", self.global.output.len())] {
            if given(name, args) > read {
                return refuse(&format!("{name} is given before and after the command's name: give all on one side"));
            }
        }
        for name in ["--plan", "--as-of", "--color"] {
            if given(name, args) > 1 {
                return refuse(&format!("{name} is given before and after the command's name: give it once"));
            }
        }
        match twice(&self.global.set) {
            Some((one, other)) => refuse(&format!("--set gives one key twice: `{one}` and `{other}`")),
            None => Ok(()),
        }
    }

    /// The files that the arguments name for reading.
    #[must_use]
    pub fn inputs(&self) -> Vec<&Path> {
        let mut files: Vec<&Path> = self.global.plan.as_deref().into_iter().collect();
        match &self.command {
            Command::Estimate(args) => files.extend(args.replay.as_deref()),
            Command::Erlang(args) => files.extend(args.formula.quantities().batch.as_deref()),
            Command::Check(args) => files.extend(args.lock.as_deref()),
            Command::Diff(args) => {
                files.push(Path::new(&args.base));
                files.extend(args.head.as_deref().map(Path::new));
            }
            Command::Compare(args) => files.extend(args.others.iter().map(PathBuf::as_path)),
            Command::Rates(args) => match &args.command {
                RatesCommand::Show(args) => files.extend(args.table.as_deref()),
                RatesCommand::Price(args) => {
                    files.extend([args.table.as_deref(), args.batch.as_deref()].into_iter().flatten())
                }
                RatesCommand::Lint(args) => files.extend(args.tables.iter().map(PathBuf::as_path)),
                RatesCommand::Import(args) => files.push(&args.file),
                RatesCommand::Diff(args) => files.extend([args.old.as_path(), args.new.as_path()]),
            },
            _ => {}
        }
        files
    }
}

/// Two changes of one and the same key, of which the later would replace the earlier in silence.
pub(super) fn twice(changes: &[String]) -> Option<(&str, &str)> {
    changes.iter().enumerate().find_map(|(at, change)| {
        let earlier = changes.iter().take(at).find(|earlier| key(earlier) == key(change))?;
        Some((earlier.as_str(), change.as_str()))
    })
}

/// What stands before the first `=` outside quotes.
fn key(change: &str) -> &str {
    let mut quote = None;
    let end = change.char_indices().find_map(|(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '=' => return Some(at),
            _ => {}
        }
        None
    });
    end.and_then(|end| change.get(..end)).unwrap_or(change).trim()
}

/// How often an option is given. No option's value can look like `--set`: clap takes it for an option.
fn given(name: &str, args: &[OsString]) -> usize {
    args.iter()
        .map(|arg| arg.to_string_lossy())
        .take_while(|arg| arg != "--")
        .filter(|arg| arg.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
        .count()
}

/// A date as it is written on the command line and in batches.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    let wanted = || "a date such as 2026-12-01 is wanted".to_owned();
    // chrono takes blanks and single digits too.
    let strict = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if !strict {
        return Err(wanted());
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| wanted())
}

/// A drill as it is written on the command line: `Tue 10:00 15m`.
pub(super) fn drill(text: &str) -> Result<Drill, String> {
    let wanted =
        |what: &str| format!("{what}; a drill is a weekday, a local time and a length, such as \"Tue 10:00 15m\"");
    let mut words = text.split_whitespace();
    let (Some(day), Some(time)) = (words.next(), words.next()) else { return Err(wanted("too few words")) };
    let day: chrono::Weekday = day.parse().map_err(|_| wanted(&format!("`{day}` is no weekday")))?;
    let time =
        chrono::NaiveTime::parse_from_str(time, "%H:%M").map_err(|_| wanted(&format!("`{time}` is no time of day")))?;
    let length = words.collect::<Vec<_>>().join(" ");
    let seconds = crate::words::duration::parse(&length).map_err(|error| wanted(&format!("`{length}`: {error}")))?;
    if seconds.is_zero() || seconds.as_secs() > 7 * 86_400 {
        return Err(wanted("a drill lasts longer than 0s, and a week at most"));
    }
    Ok(Drill { day, time, length: seconds.as_secs_f64() })
}

/// A tolerance: a share of one, or a percentage.
fn tolerance(text: &str) -> Result<Decimal, String> {
    let wanted = || "a share from 0 to 1, or a percentage, such as 5%".to_owned();
    let (digits, hundredths) = text.strip_suffix('%').map_or((text, false), |digits| (digits.trim_end(), true));
    let value = parse_exact(digits).map_err(|_| wanted())?;
    let value = if hundredths { value / Decimal::ONE_HUNDRED } else { value };
    if (Decimal::ZERO..=Decimal::ONE).contains(&value) { Ok(value.normalize()) } else { Err(wanted()) }
}

/// A jurisdiction by its name.
pub(super) fn jurisdiction(text: &str) -> Result<Jurisdiction, String> {
    Jurisdiction::NAMES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, jurisdiction)| *jurisdiction)
        .ok_or_else(|| did_you_mean(text, &Jurisdiction::NAMES.map(|(name, _)| name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::read(std::iter::once("trunkrisk").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_on_either_side() {
        let cli = read("--demo check --set a=1 --set b=2 --as-of 2026-12-01").unwrap();
        assert!(cli.global.demo && cli.global.set == ["a=1", "b=2"] && cli.global.as_of.is_some());
        assert_eq!(read("--set a=1 --output json estimate").unwrap().global.output.len(), 1);
    }

    #[test]
    fn nothing_is_lost_in_silence() {
        for line in [
            "--set a=1 check --set b=2",
            "--output json check --output=text",
            "--plan x check --demo",
            "check --plan x --demo",
            "-q check -v",
            "--plan x check --plan y",
            "--as-of 2026-12-01 check --as-of=2026-12-02",
            "--color never check --color always",
            "check --set a=1 --set b=2 --set a=3",
            "check --base-plan x",
            "check --as-of 2026-2-1",
            "check --as-of 2026-02-30",
            "check --as-of today",
            "estimate --exit-zero",
            "rates price 15551234567 --table x",
            "rates price 15551234567",
            "rates show 15551234567 --format lrn",
            "rates price 15551234567 6 --table x --batch y",
            "rates price 15551234567 6 --table x --jurisdiction interstellar",
            "rates lint",
            "erlang",
            "",
        ] {
            let error = read(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn keys_end_at_the_first_equals_sign() {
        let all = |changes: &[&str]| changes.iter().map(|change| (*change).to_owned()).collect::<Vec<_>>();
        for fine in [&["a=1", "b=1"][..], &["cause.\"a=b\".x=1", "cause.\"a=c\".x=1"], &["a.b=1", "a={b=2}"], &[]] {
            assert_eq!(twice(&all(fine)), None, "{fine:?}");
        }
        assert_eq!(twice(&all(&["b=1", " a = 1", "a=2"])), Some((" a = 1", "a=2")));
    }

    #[test]
    fn the_strictest_level_comes_last() {
        let Command::Check(args) = read("check --deny x --allow x --warn y").unwrap().command else { panic!() };
        assert_eq!(
            args.levels.each().collect::<Vec<_>>(),
            [("x", Level::Allow), ("y", Level::Warn), ("x", Level::Deny)]
        );
    }
}
