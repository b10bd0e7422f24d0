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

/// The example floor with words of its plan exchanged, each of which stands there.
#[cfg(test)]
pub(crate) fn floor(changes: &[(&str, &str)]) -> crate::model::plan::Plan {
    use super::files::{Folder, NamedText, PLAN};
    use super::plan::{Options, load};

    let folder = Folder::Embedded(&FILES);
    let mut text = folder.read(PLAN).unwrap().text;
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let named = NamedText { name: PLAN.to_owned(), bytes: text.clone().into_bytes(), text };
    load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap().plan
}
