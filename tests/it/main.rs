//! What the program does from outside: one binary, a file per subject.

mod bad_inputs;
mod calls;
mod ci;
mod compare;
mod decks;
mod draws;
mod erlang;
mod explain;
mod gate;
mod house;
mod outputs;
mod overwrite;
mod rates;
mod rates_asked;
mod rates_diff;
mod readme;
mod repo;
mod report;
mod rules;
mod scenarios;
mod schemas;
mod sign;
mod standing;
mod year;
mod years;
