//! The example floor that is embedded in the program: what `--demo` runs and `init` writes.

/// The plan and its tables, by path from the plan's folder.
pub const FILES: [(&str, &str); 6] = [
    (super::files::PLAN, include_str!("example/failover.toml")),
    ("rates/unlimcall.toml", include_str!("../../rates/unlimcall.toml")),
    ("rates/example-voice.toml", include_str!("../../rates/example-voice.toml")),
    ("rates/example-minute.toml", include_str!("../../rates/example-minute.toml")),
    ("rates/example-second.toml", include_str!("../../rates/example-second.toml")),
    ("rates/example-gateway.toml", include_str!("../../rates/example-gateway.toml")),
];
