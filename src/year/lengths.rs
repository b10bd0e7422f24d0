//! The law of an outage's length as the year needs it: integrals of its survival, cheap and to the last digits.

use crate::model::law::DurationLaw;

/// Beyond a reach lengths are counted on the year's mean instead of the calendar. The spend of a length is off by about
/// a day's, to either side, and a probability by the square of that share: this much of it is allowed.
const BEYOND: f64 = 1e-8;
/// This much for the mean to stay to eight digits, as far as [`FAR`].
const BEYOND_MEAN: f64 = 1e-12;
/// Heavy tails would be followed for years otherwise [s]: 120 days.
const FAR: f64 = 120.0 * DAY;
/// What closing hours shift a long outage's spend by [s].
const DAY: f64 = 86_400.0;
/// Longest reach of the calendar behind an outage's start [s]: three years.
const FARTHEST: f64 = 3.0 * 365.0 * DAY;

/// Lengths, cut at the longest that anybody waits.
#[derive(Clone)]
pub struct Lengths {
    law: DurationLaw,
    longest: f64,
    /// Values with a probability of their own; the law has nothing else then.
    atoms: Option<Atoms>,
    table: Option<Table>,
}

/// Lengths with a probability each.
#[derive(Clone)]
struct Atoms {
    /// In order.
    all: Vec<(f64, f64)>,
    /// Up to each of them, from none: probability, and E[D] and E[D²]/2 over them.
    sums: Vec<[f64; 3]>,
}

impl Atoms {
    fn new(mut all: Vec<(f64, f64)>) -> Self {
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.dedup_by(|b, a| {
            let same = a.0 == b.0;
            a.1 += if same { b.1 } else { 0.0 };
            same
        });
        let mut sum = [0.0; 3];
        let mut sums = vec![sum];
        for (at, mass) in &all {
            sum = [sum[0] + mass, sum[1] + mass * at, sum[2] + mass * at * at / 2.0];
            sums.push(sum);
        }
        Self { all, sums }
    }

    /// The sums over the lengths up to d, and over all.
    fn up_to(&self, d: f64) -> ([f64; 3], [f64; 3]) {
        let of = |i: usize| self.sums.get(i).copied().unwrap_or_default();
        (of(self.all.partition_point(|atom| atom.0 <= d)), of(self.all.len()))
    }

    fn survival(&self, d: f64) -> f64 {
        let (low, all) = self.up_to(d);
        all[0] - low[0]
    }

    fn limited(&self, d: f64) -> f64 {
        let (low, all) = self.up_to(d);
        low[1] + if all[0] > low[0] { d * (all[0] - low[0]) } else { 0.0 }
    }

    fn integral(&self, d: f64) -> f64 {
        let (low, all) = self.up_to(d);
        (d * low[1] - low[2]) + d * d / 2.0 * (all[0] - low[0])
    }
}

impl Lengths {
    /// A law, and the longest outage that anybody waits for [s].
    #[must_use]
    pub fn new(law: &DurationLaw, longest: Option<f64>) -> Self {
        let longest = longest.unwrap_or(f64::INFINITY);
        let atoms = law.atoms().map(|mut atoms| {
            for atom in &mut atoms {
                atom.0 = atom.0.min(longest);
            }
            Atoms::new(atoms)
        });
        let table = atoms.is_none().then(|| Table::new(law));
        Self { law: law.clone(), longest, atoms, table }
    }

    /// One length only [s].
    #[must_use]
    pub fn of_one(length: f64) -> Self {
        let atoms = Atoms::new(vec![(length, 1.0)]);
        Self { law: DurationLaw::Fixed { seconds: length }, longest: f64::INFINITY, atoms: Some(atoms), table: None }
    }

    /// The lengths that have a probability of their own, in order, where the law has no others.
    #[must_use]
    pub fn masses(&self) -> Option<&[(f64, f64)]> {
        self.atoms.as_ref().map(|atoms| atoms.all.as_slice())
    }

    /// The longest length that occurs; nothing where there is no end.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        let last = match &self.atoms {
            Some(atoms) => atoms.all.last().map_or(0.0, |atom| atom.0),
            None => self.law.support().1.min(self.longest),
        };
        last.is_finite().then_some(last)
    }

    /// As far as the calendar is followed behind a start [s].
    #[must_use]
    pub fn reach(&self) -> f64 {
        let far = |beyond: f64| {
            let matters = |d: f64| self.law.survival(d) * (DAY / d) * (DAY / d) > beyond;
            let (mut low, mut high) = (DAY, FARTHEST);
            // To a part in a thousand.
            while matters(low) && high > low * 1.001 {
                let middle = libm::sqrt(low * high);
                if matters(middle) { low = middle } else { high = middle }
            }
            if matters(low) { high } else { low }
        };
        let far = far(BEYOND).max(far(BEYOND_MEAN).min(FAR));
        self.last().unwrap_or(FARTHEST).min(far)
    }

    /// Lengths at which the law bends or steps, in order.
    #[must_use]
    pub fn kinks(&self) -> Vec<f64> {
        let mut kinks: Vec<f64> = match &self.atoms {
            Some(atoms) => atoms.all.iter().map(|atom| atom.0).collect(),
            None => [self.law.support().0, self.law.support().1, self.longest].into_iter().collect(),
        };
        let reach = self.reach();
        kinks.retain(|kink| *kink > 0.0 && *kink <= reach);
        kinks.dedup();
        kinks
    }

    /// Mean length [s]; nothing where it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        match self.last() {
            Some(last) => Some(self.limited(last)),
            None => self.law.mean(),
        }
    }

    /// Mean square of the length [s²]; nothing where it is infinite.
    #[must_use]
    pub fn second_moment(&self) -> Option<f64> {
        match self.last() {
            Some(last) => Some(2.0 * self.moment(0.0, last)),
            None => self.law.second_moment(),
        }
    }

    /// The length that a share p of the outages stays below [s].
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.law.quantile(p).min(self.longest)
    }

    /// P(D > d).
    #[must_use]
    pub fn survival(&self, d: f64) -> f64 {
        if d >= self.longest {
            return 0.0;
        }
        match &self.atoms {
            Some(atoms) => atoms.survival(d),
            None => self.law.survival(d),
        }
    }

    /// I(d) = E[min(D, d)], the integral of the survival from 0.
    #[must_use]
    pub fn limited(&self, d: f64) -> f64 {
        let d = d.min(self.longest);
        match (&self.atoms, &self.table) {
            (Some(atoms), _) => atoms.limited(d),
            _ if d.is_infinite() => self.law.mean().unwrap_or(f64::INFINITY),
            (None, Some(table)) => table.limited(&self.law, d),
            (None, None) => self.law.limited_mean(d),
        }
    }

    /// J(d), the integral of I from 0.
    #[must_use]
    pub fn limited_integral(&self, d: f64) -> f64 {
        if d > self.longest {
            return self.limited_integral(self.longest) + (d - self.longest) * self.limited(self.longest);
        }
        match (&self.atoms, &self.table) {
            (Some(atoms), _) => atoms.integral(d),
            (None, Some(table)) => table.integral(&self.law, d),
            (None, None) => self.law.limited_integral(d),
        }
    }

    /// ∫ d·S(d) dd between two lengths.
    #[must_use]
    pub fn moment(&self, from: f64, to: f64) -> f64 {
        // By parts, d·I(d) − J(d).
        let to = to.min(self.longest);
        if to.is_infinite() {
            let all = self.law.second_moment().unwrap_or(f64::INFINITY) / 2.0;
            return all - self.moment(0.0, from);
        }
        (to * self.limited(to) - self.limited_integral(to)) - (from * self.limited(from) - self.limited_integral(from))
    }

    /// The mean of I over lengths that shift evenly from one to another.
    #[must_use]
    pub fn mean_limited(&self, [a, b]: [f64; 2]) -> f64 {
        if a == b || a.is_infinite() {
            return self.limited(a);
        }
        if (b - a).abs() < 0.004 * a.max(b) {
            // Too close for a difference: Simpson's rule on a smooth function, error 0.004⁴/2880.
            return (self.limited(a) + 4.0 * self.limited((a + b) / 2.0) + self.limited(b)) / 6.0;
        }
        (self.limited_integral(b) - self.limited_integral(a)) / (b - a)
    }

    /// The mean of S over lengths that shift evenly from one to another.
    #[must_use]
    pub fn mean_survival(&self, [a, b]: [f64; 2]) -> f64 {
        if a == b || a.is_infinite() {
            return self.survival(a);
        }
        if self.atoms.is_none() && (b - a).abs() < 1e-3 * a.max(b) {
            return (self.survival(a) + 4.0 * self.survival((a + b) / 2.0) + self.survival(b)) / 6.0;
        }
        (self.limited(b) - self.limited(a)) / (b - a)
    }

    /// The probability of lengths that end exactly there.
    #[must_use]
    pub fn exactly(&self, [a, b]: [f64; 2]) -> f64 {
        if (a - b).abs() > 1e-6 {
            return 0.0;
        }
        match &self.atoms {
            Some(atoms) => atoms.all.iter().filter(|atom| (atom.0 - a).abs() < 1e-6).map(|atom| atom.1).sum(),
            None if (a - self.longest).abs() < 1e-6 => self.law.survival(self.longest),
            None => 0.0,
        }
    }
}

/// Nodes in a doubling of the length, as a power of 2. The sixth power of their distance, over 46,080, is far below a float's last digit
/// for I and J of smooth laws.
const STEPS: u32 = 5;
/// The same for laws whose middle half lies close together.
const STEPS_OF_NARROW: u32 = 7;
/// Such laws: the middle half is this much of the median, or less.
const NARROW: f64 = 0.3;

/// I and J between lengths of even relative distance: for J the quintic with its values, slopes I and second derivatives
/// S at both ends, for I that quintic's slope.
#[derive(Clone)]
struct Table {
    /// First length, as an exponent of 2.
    least: i32,
    /// Nodes in a doubling, as a power of 2.
    steps: u32,
    /// Begin of the law's support, from which lengths are counted [s].
    origin: f64,
    intervals: Vec<Interval>,
}

#[derive(Clone, Copy)]
struct Interval {
    from: f64,
    /// One over the width.
    per_width: f64,
    quintic: [f64; 6],
}

impl Table {
    fn new(law: &DurationLaw) -> Self {
        let origin = law.support().0;
        let end = law.support().1.min(law.upper_quantile(1e-17)) - origin;
        let least = -4;
        let most = (libm::log2(end.max(1.0)) as i32 + 1).clamp(least + 1, 45);
        let middle_half = law.quantile(0.75) - law.quantile(0.25);
        let narrow = middle_half < NARROW * (law.quantile(0.5) - origin);
        let steps = if narrow { STEPS_OF_NARROW } else { STEPS };
        let nodes = 1 << steps;
        let count = (most - least) as usize * nodes;
        let at = |i: usize| libm::ldexp(1.0 + (i % nodes) as f64 / nodes as f64, least + (i / nodes) as i32);
        let measured =
            |d: f64| [law.limited_integral(origin + d), law.limited_mean(origin + d), law.survival(origin + d)];
        let mut intervals = Vec::with_capacity(count);
        let mut before = (at(0), measured(at(0)));
        for i in 1..=count {
            let to = at(i);
            let next = measured(to);
            let width = to - before.0;
            let scaled = |[j, i, s]: [f64; 3]| [j, i * width, s * width * width];
            let quintic = quintic(scaled(before.1), scaled(next));
            intervals.push(Interval { from: before.0, per_width: 1.0 / width, quintic });
            before = (to, next);
        }
        Self { least, steps, origin, intervals }
    }

    /// The interval of a length, and the share of the way through it; nothing outside the table.
    fn place(&self, d: f64) -> Option<(&Interval, f64)> {
        let d = d - self.origin;
        if d <= 0.0 {
            return None;
        }
        // A float is its exponent of 2 and then the place between two powers: the bits are the index.
        let bits = d.to_bits();
        let exponent = usize::try_from((bits >> 52) as i32 - 1023 - self.least).ok()?;
        let within = (bits >> (52 - self.steps)) as usize & ((1 << self.steps) - 1);
        let interval = self.intervals.get((exponent << self.steps) + within)?;
        Some((interval, (d - interval.from) * interval.per_width))
    }

    fn limited(&self, law: &DurationLaw, d: f64) -> f64 {
        let Some((interval, t)) = self.place(d) else { return law.limited_mean(d) };
        let [_, c1, c2, c3, c4, c5] = interval.quintic;
        (c1 + t * (2.0 * c2 + t * (3.0 * c3 + t * (4.0 * c4 + t * 5.0 * c5)))) * interval.per_width
    }

    fn integral(&self, law: &DurationLaw, d: f64) -> f64 {
        let Some((interval, t)) = self.place(d) else { return law.limited_integral(d) };
        let [c0, c1, c2, c3, c4, c5] = interval.quintic;
        c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
    }
}

/// Coefficients of the quintic with these values, slopes and second derivatives at 0 and 1.
fn quintic(a: [f64; 3], b: [f64; 3]) -> [f64; 6] {
    let (c0, c1, c2) = (a[0], a[1], a[2] / 2.0);
    // What the parabola at 0 misses at 1: in value, slope and second derivative.
    let (v, s, c) = (b[0] - c0 - c1 - c2, b[1] - c1 - 2.0 * c2, b[2] - 2.0 * c2);
    [c0, c1, c2, 10.0 * v - 4.0 * s + c / 2.0, -15.0 * v + 7.0 * s - c, 6.0 * v - 3.0 * s + c / 2.0]
}
