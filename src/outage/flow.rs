//! What flows: rates per second, or amounts over a time, in one shape.

/// What goes to one destination over one trunk.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DestinationFlow {
    /// Answered calls.
    pub answered: f64,
    /// Billed time [s].
    pub billed: f64,
    /// Charge for calls, taxes included, in the table's currency.
    pub spend: f64,
    /// Answered calls that no row prices.
    pub unpriced: f64,
}

/// What one trunk does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrunkFlow {
    /// Attempts that asked it.
    pub offered: f64,
    /// Attempts carried.
    pub carried: f64,
    /// Answered calls.
    pub answered: f64,
    /// Answered calls that are short by the table's rule.
    pub short: f64,
    /// Talk time [s].
    pub talk: f64,
    /// Charge for attempts that were not answered, taxes included, in the table's currency.
    pub attempt_fees: f64,
    /// Unanswered attempts that "Continue if Busy" puts to the next trunk as well.
    pub second_dials: f64,
    /// By destination.
    pub destinations: Vec<DestinationFlow>,
}

/// What the floor does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flow {
    /// Attempts made, redials among them.
    pub attempts: f64,
    /// Attempts carried.
    pub carried: f64,
    /// Attempts lost because they met the outage.
    pub lost_to_outage: f64,
    /// Attempts refused for want of capacity and ended there.
    pub stopped: f64,
    /// Attempts that no trunk carried.
    pub blocked: f64,
    /// Idle seats, or seat-seconds.
    pub idle_seats: f64,
    /// What they cost, in the plan's currency, as far as the campaigns give a cost.
    pub idle_cost: f64,
    /// What the lost live calls would have earned.
    pub lost_margin: f64,
    /// By trunk.
    pub trunks: Vec<TrunkFlow>,
}

impl DestinationFlow {
    fn add(&mut self, rate: &Self, seconds: f64) {
        self.answered += rate.answered * seconds;
        self.billed += rate.billed * seconds;
        self.spend += rate.spend * seconds;
        self.unpriced += rate.unpriced * seconds;
    }
}

impl TrunkFlow {
    /// No flow, with so many destinations.
    #[must_use]
    pub fn none(destinations: usize) -> Self {
        Self { destinations: vec![DestinationFlow::default(); destinations], ..Self::default() }
    }

    fn add(&mut self, rate: &Self, seconds: f64) {
        self.offered += rate.offered * seconds;
        self.carried += rate.carried * seconds;
        self.answered += rate.answered * seconds;
        self.short += rate.short * seconds;
        self.talk += rate.talk * seconds;
        self.attempt_fees += rate.attempt_fees * seconds;
        self.second_dials += rate.second_dials * seconds;
        for (sum, rate) in self.destinations.iter_mut().zip(&rate.destinations) {
            sum.add(rate, seconds);
        }
    }

    /// Billed time [s].
    #[must_use]
    pub fn billed(&self) -> f64 {
        self.destinations.iter().map(|d| d.billed).sum()
    }

    /// Charge for calls and attempts without the surcharge on short calls, in the table's currency.
    #[must_use]
    pub fn spend(&self) -> f64 {
        self.destinations.iter().map(|d| d.spend).sum::<f64>() + self.attempt_fees
    }

    /// Answered calls that no row prices.
    #[must_use]
    pub fn unpriced(&self) -> f64 {
        self.destinations.iter().map(|d| d.unpriced).sum()
    }
}

impl Flow {
    /// No flow, with so many trunks and destinations.
    #[must_use]
    pub fn none(trunks: usize, destinations: usize) -> Self {
        Self { trunks: vec![TrunkFlow::none(destinations); trunks], ..Self::default() }
    }

    /// Adds what flows at a rate in a time [s].
    pub fn add(&mut self, rate: &Self, seconds: f64) {
        self.attempts += rate.attempts * seconds;
        self.carried += rate.carried * seconds;
        self.lost_to_outage += rate.lost_to_outage * seconds;
        self.stopped += rate.stopped * seconds;
        self.blocked += rate.blocked * seconds;
        self.idle_seats += rate.idle_seats * seconds;
        self.idle_cost += rate.idle_cost * seconds;
        self.lost_margin += rate.lost_margin * seconds;
        for (sum, rate) in self.trunks.iter_mut().zip(&rate.trunks) {
            sum.add(rate, seconds);
        }
    }

    /// Attempts that were not carried, for whatever reason.
    #[must_use]
    pub fn lost(&self) -> f64 {
        self.lost_to_outage + self.stopped + self.blocked
    }
}
