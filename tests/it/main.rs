//! What the program does from outside: one binary, a file per subject.

mod bad_inputs;
mod decks;
mod erlang;
mod explain;
mod house;
mod rates;
mod readme;
mod rules;
mod scenarios;
