//! Goes through every state that a model can reach, breadth first, so that a counterexample is one
//! of the shortest.

use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

/// Who does something, and what.
pub type Label = (&'static str, &'static str);

/// A model: states, and what may happen in each.
pub trait Model {
    type State: Clone + Eq + Hash;

    fn initial(&self) -> Self::State;
    /// All that may happen next: what it is called, and the state after it.
    fn steps(&self, state: &Self::State, out: &mut Vec<(Label, Self::State)>);
    /// What is wrong with a state. `end` where nothing can happen any more.
    fn wrong(&self, state: &Self::State, end: bool) -> Option<String>;
}

/// What was found.
#[derive(Debug)]
pub struct Explored {
    pub states: usize,
    pub ends: usize,
    /// What is wrong, and how it came to that.
    pub counterexample: Option<(String, Vec<String>)>,
}

/// States beyond which a model is too large to be gone through in a test.
const STATES_MAX: usize = 12_000_000;

/// 128 bits of two hashes: among ten million states two that are taken for one have a chance of about
/// one in 10^24. Nobody chooses the states to make them meet.
#[derive(Clone, Copy)]
struct Mixer(u64, u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // One odd factor each, and a turn so that high bits come back to low ones.
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
        self.1 = (self.1 ^ number)
            .wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
            .rotate_left(31);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn fingerprint(state: &impl Hash) -> u128 {
    let mut mixer = Mixer(1, 2);
    state.hash(&mut mixer);
    u128::from(mixer.0) << 64 | u128::from(mixer.1)
}

pub fn explore<M: Model>(model: &M) -> Explored {
    let first = model.initial();
    let mut known = HashSet::from([fingerprint(&first)]);
    // Of each state: where it came from, and by what.
    let mut came: Vec<(u32, u16)> = vec![(0, 0)];
    let mut labels: Vec<Label> = vec![("", "")];
    let mut waiting = VecDeque::from([(first, 0_u32)]);
    let mut explored = Explored {
        states: 1,
        ends: 0,
        counterexample: None,
    };
    let mut next = Vec::new();
    while let Some((state, index)) = waiting.pop_front() {
        next.clear();
        model.steps(&state, &mut next);
        explored.ends += usize::from(next.is_empty());
        if let Some(wrong) = model.wrong(&state, next.is_empty()) {
            let mut path = Vec::new();
            let mut at = index;
            while at != 0 {
                let (before, label) = came[at as usize];
                let (who, what) = labels[usize::from(label)];
                path.push(format!("{who} {what}"));
                at = before;
            }
            path.reverse();
            explored.counterexample = Some((wrong, path));
            return explored;
        }
        for (label, state) in next.drain(..) {
            if !known.insert(fingerprint(&state)) {
                continue;
            }
            let label = match labels.iter().position(|known| *known == label) {
                Some(at) => at,
                None => {
                    labels.push(label);
                    labels.len() - 1
                }
            };
            let label = u16::try_from(label).expect("few labels");
            assert!(came.len() < STATES_MAX, "the model is too large");
            waiting.push_back((state, came.len() as u32));
            came.push((index, label));
            explored.states += 1;
        }
    }
    explored
}
