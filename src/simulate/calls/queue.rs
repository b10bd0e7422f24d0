//! What happens next: a heap of moments.

/// A heap of events by time. Equal times come out in the order in which they went in.
///
/// An event is one number: time, order and what happens, so that one comparison decides. Four children for each place
/// keep the heap shallow and a family in one cache line.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    heap: Vec<u128>,
    order: u32,
}

/// Children of a place.
const ARITY: usize = 4;

fn event(time: u64, order: u32, what: u32) -> u128 {
    u128::from(time) << 64 | u128::from(order) << 32 | u128::from(what)
}

impl Queue {
    /// The time of the next event [ns].
    #[must_use]
    pub fn next_time(&self) -> Option<u64> {
        self.heap.first().map(|event| (event >> 64) as u64)
    }

    /// Events that are waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Puts an event in: when [ns] and what.
    pub fn push(&mut self, time: u64, what: u32) {
        if self.order == u32::MAX {
            self.renumber();
        }
        let entry = event(time, self.order, what);
        self.order += 1;
        let place = self.heap.len();
        self.heap.push(entry);
        self.rise(place, entry);
    }

    /// Takes the next event out: when [ns] and what.
    ///
    /// The hole goes down to the last row, always to the least child, and the last event up from there: it mostly belongs
    /// there, so that hardly any branch depends on chance.
    pub fn pop(&mut self) -> Option<(u64, u32)> {
        let first = *self.heap.first()?;
        let last = self.heap.pop()?;
        let len = self.heap.len();
        if len > 0 {
            let mut place = 0;
            while let Some(least) = self.least_child(place) {
                self.heap[place] = self.heap[least];
                place = least;
            }
            self.rise(place, last);
        }
        Some(((first >> 64) as u64, first as u32))
    }

    fn least_child(&self, place: usize) -> Option<usize> {
        let child = place * ARITY + 1;
        if let Some([a, b, c, d]) = self.heap.get(child..child + ARITY) {
            let (left, ab) = if b < a { (1, b) } else { (0, a) };
            let (right, cd) = if d < c { (3, d) } else { (2, c) };
            return Some(child + if cd < ab { right } else { left });
        }
        (child..self.heap.len()).min_by_key(|child| self.heap[*child])
    }

    /// Puts an event where a hole is, or above.
    fn rise(&mut self, mut place: usize, entry: u128) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.heap[parent] <= entry {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = entry;
    }

    /// Numbers the waiting events anew, in their order. A sorted row is a heap.
    fn renumber(&mut self) {
        self.heap.sort_unstable();
        for (order, entry) in (0_u32..).zip(&mut self.heap) {
            *entry = event((*entry >> 64) as u64, order, *entry as u32);
        }
        self.order = self.heap.len() as u32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn order_survives_renumbering() {
        let mut queue = Queue { heap: Vec::new(), order: u32::MAX - 3 };
        for what in 0..10 {
            queue.push(5, what);
        }
        queue.push(4, 10);
        let out: Vec<u32> = std::iter::from_fn(|| queue.pop()).map(|(_, what)| what).collect();
        assert_eq!(out, [10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(queue.is_empty() && queue.next_time().is_none());
    }

    proptest! {
        #[test]
        fn comes_out_as_a_stable_sort(times in proptest::collection::vec(0u64..20, 0..200), pops in 0usize..50) {
            let mut queue = Queue::default();
            let mut waiting: Vec<(u64, u32)> = Vec::new();
            let mut got = Vec::new();
            let mut want = Vec::new();
            for (what, time) in (0_u32..).zip(times) {
                queue.push(time, what);
                waiting.push((time, what));
                if pops > 0 && (what as usize).is_multiple_of(pops) {
                    got.push(queue.pop().unwrap());
                    waiting.sort();
                    want.push(waiting.remove(0));
                }
            }
            waiting.sort();
            want.extend(waiting);
            got.extend(std::iter::from_fn(|| queue.pop()));
            prop_assert_eq!(got, want);
        }
    }
}
