//! What the program does from outside: one binary, a file per subject.

mod bad_inputs;
mod ci;
mod erlang;
mod explain;
mod house;
mod outputs;
mod rates;
mod readme;
mod rules;
mod scenarios;
mod schemas;
