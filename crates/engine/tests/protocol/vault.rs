//! The vault and its parties, each of them a small program over the store. Reclaim is in `reclaim`.

use super::explorer::{Label, Model};

/// Blobs, as bits: two in pack X, one in Y and Z each.
pub(crate) type Blobs = u8;
pub(crate) const X0: Blobs = 1;
const X1: Blobs = 2;
pub(crate) const X: Blobs = X0 | X1;
pub(crate) const Y: Blobs = 4;
pub(crate) const Z: Blobs = 8;

/// Sessions, as bits. All of them pin backup O, but for a reader of Q.
pub(crate) type Sessions = u8;
pub(crate) const FIRST: Sessions = 1;
pub(crate) const SECOND: Sessions = 2;
const READER: Sessions = 4;
pub(crate) const WRITERS: Sessions = FIRST | SECOND;

/// Names below `backup/`: O, Q, and the two attempts at the new backup.
pub(crate) const O: usize = 0;
const Q: usize = 1;
pub(crate) const N0: usize = 2;
const N1: usize = 3;

/// Condemnations that can be made in one run. Numbers are never used twice.
pub(crate) const CONDEMNATIONS: usize = 5;
/// Entries that the log can have.
const LOG: usize = 10;

/// Who is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scene {
    /// W1, which builds on O.
    pub writer: bool,
    /// W2, the next attempt at the same backup.
    pub retry: bool,
    /// W2 writes another backup instead, and finds W1's packs, finished or not.
    pub stranger: bool,
    /// Somebody who restores O, or Q where that is there.
    pub reader: bool,
    /// Somebody deletes O.
    pub delete: bool,
    /// O was deleted before, and nothing reclaimed since.
    pub deleted: bool,
    /// Backup Q is there and needs X0.
    pub other: bool,
    /// The writers back up another disk: they do not build on O, hold nothing of it, and find what it
    /// stored by the index, in the directory of its pack (deduplication).
    pub apart: bool,
    /// X may be there again as it was first, once it has gone or was compacted: a write came twice, and
    /// late, or its removal was not durable.
    pub returns: bool,
    /// How often each of two reclaims runs.
    pub passes: [u8; 2],
    /// Parties that may be killed.
    pub crashes: u8,
}

/// What a programmer could get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Reclaim does not wait for writers that may not have seen a condemnation.
    WaitsForNobody,
    /// Reclaim does not read the log again after the writers have ended.
    CountsOnce,
    /// Reclaim overlooks that a backup came.
    CountLost,
    /// Reclaim removes though another one's counts hold.
    RemovesUncounted,
    /// A condemnation is lifted before it is carried out.
    LiftsTooEarly,
    /// A writer lists what is condemned before its session is there.
    CondemnedBeforeSession,
    /// A writer removes its session before its manifest is there.
    SessionEndsFirst,
    /// A deletion does not look at who holds the backup.
    IgnoresPins,
    /// Reclaim finishes deletions by the sessions it listed before it read the waits.
    PinsFromBefore,
    /// A dead writer's session is removed without a tombstone.
    NoTombstone,
    /// Compaction drops ordinals that were not condemned before.
    DropsUncondemned,
    /// Compaction drops condemned ordinals without waiting for writers.
    CompactsAtOnce,
    /// Compaction removes the old generation before the new one is there.
    OldGenerationFirst,
    /// A writer refers to blobs without looking at what is condemned.
    RefersToCondemned,
    /// A writer refers to chunks of another disk by a directory from before its session.
    DirectoryFromBefore,
    /// A writer refers to chunks in a lower generation of their pack than the newest.
    LowestGeneration,
    /// A writer refers to chunks of a pack of which the log says that it went.
    IgnoresLog,
    /// A condemnation of blobs is lifted by a reclaim that leaves them in their pack, because another
    /// one is at it.
    LiftsUncompacted,
    /// A reader that finds its generation gone does not look for another one.
    KeepsGeneration,
}

impl Bug {
    pub const ALL: [Bug; 19] = [
        Bug::WaitsForNobody,
        Bug::CountsOnce,
        Bug::CountLost,
        Bug::RemovesUncounted,
        Bug::LiftsTooEarly,
        Bug::CondemnedBeforeSession,
        Bug::SessionEndsFirst,
        Bug::IgnoresPins,
        Bug::PinsFromBefore,
        Bug::NoTombstone,
        Bug::DropsUncondemned,
        Bug::CompactsAtOnce,
        Bug::OldGenerationFirst,
        Bug::RefersToCondemned,
        Bug::DirectoryFromBefore,
        Bug::LowestGeneration,
        Bug::IgnoresLog,
        Bug::LiftsUncompacted,
        Bug::KeepsGeneration,
    ];
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    #[default]
    Absent,
    Tombstone,
    Manifest(Blobs),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Condemnation {
    pub there: bool,
    used: bool,
    /// It names backup O.
    pub backup: bool,
    /// It names these blobs: all of a pack that goes, or dead ones of a pack that stays.
    pub blobs: Blobs,
    pub waits: Option<Sessions>,
    pub verdict: Option<Blobs>,
}

/// An entry of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    #[default]
    None,
    Added(u8),
    RemovedO,
    /// W1 ended without a backup: its pack is nobody's.
    GivenUp,
    PacksRemoved(Blobs),
}

/// What is counted as of an entry of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counts {
    /// The tally it is of.
    pub number: u8,
    /// Entries that are counted.
    pub seen: u8,
    /// The backups whose references are counted, as slots.
    pub backups: u8,
    /// Packs to be looked at, as all their blobs.
    pub touched: Blobs,
}

/// Where a party is in its program, and what it has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Party {
    pub at: u8,
    /// What was there when the list under way began.
    pub snap: u8,
    /// Blobs it refers to.
    pub refs: Blobs,
    /// What it knows to be condemned.
    pub condemned: Blobs,
    /// It found O condemned.
    pub no_parent: bool,
    /// W2: it found W1's session.
    pub saw: bool,
    /// Where it commits; the condemnation it works on.
    pub slot: u8,
    /// The generation a reader has at hand, or one that compacts.
    pub generation: u8,
    /// Reclaim: what it has counted; packs it may not take; sessions of the last list; condemnations to
    /// settle, and settled; blobs of the generation at hand (of a writer: those in directories it has read).
    pub counts: Counts,
    pub owned: Blobs,
    pub sessions: Sessions,
    pub due: u8,
    pub settled: u8,
    pub source: Blobs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) slots: [Slot; 4],
    /// What backups refer to that were ever there.
    pub(crate) referred: [Blobs; 4],
    pub(crate) sessions: Sessions,
    /// W2's session says that it takes W1's packs over.
    pub(crate) adopts: bool,
    log: [Entry; LOG],
    /// The newest tally.
    pub(crate) tally: Counts,
    /// Generations of X.
    pub(crate) x: [Option<Blobs>; 4],
    /// Y and Z, where they are there.
    pub(crate) packs: Blobs,
    pub(crate) condemned: [Condemnation; CONDEMNATIONS],
    writers: [Party; 2],
    reader: Party,
    delete: Party,
    pub(crate) reclaims: [Party; 2],
    pub(crate) passes: [u8; 2],
    pub(crate) crashes: u8,
    /// W1 was killed.
    pub(crate) dead: bool,
    /// The manifest that was on its way then.
    late: Option<Blobs>,
    /// X may come back, and it has.
    may_return: bool,
    returned: bool,
    /// The deletion was reported done.
    deleted: bool,
    /// A reader found nothing where its backup has something.
    misread: bool,
}

pub(crate) const DONE: u8 = 99;

/// A party that has ended: what it knew matters no more, so that states meet.
fn done() -> Party {
    Party {
        at: DONE,
        ..Party::default()
    }
}

impl State {
    pub(crate) fn x_newest(&self) -> Option<usize> {
        (0..self.x.len()).rev().find(|g| self.x[*g].is_some())
    }

    /// All blobs that a reader would find.
    pub(crate) fn present(&self) -> Blobs {
        let x = self.x_newest().and_then(|g| self.x[g]).unwrap_or(0);
        x | self.packs
    }

    pub(crate) fn condemned_mask(&self) -> u8 {
        let there = self.condemned.iter().enumerate().filter(|(_, c)| c.there);
        there.fold(0, |mask, (k, _)| mask | 1 << k)
    }

    /// Entries of the log.
    pub(crate) fn log(&self) -> &[Entry] {
        let end = self.log.iter().position(|entry| *entry == Entry::None);
        &self.log[..end.unwrap_or(LOG)]
    }

    pub(crate) fn append(&mut self, entry: Entry) {
        let end = self.log().len();
        assert!(end < LOG, "the log is too short");
        self.log[end] = entry;
    }

    /// What the log says was removed.
    pub(crate) fn removed(&self) -> Blobs {
        let entries = self.log().iter();
        entries.fold(0, |removed, entry| match entry {
            Entry::PacksRemoved(packs) => removed | packs,
            _ => removed,
        })
    }

    /// All that backups refer to which are counted.
    pub(crate) fn live(&self, counts: &Counts) -> Blobs {
        let slots = (0..4).filter(|slot| counts.backups >> slot & 1 == 1);
        slots.fold(0, |live, slot| live | self.referred[slot])
    }

    pub(crate) fn refs_of(&self, slot: usize) -> Blobs {
        match self.slots[slot] {
            Slot::Manifest(refs) => refs,
            _ => 0,
        }
    }

    pub(crate) fn create(&mut self, slot: usize, what: Slot) -> bool {
        let free = self.slots[slot] == Slot::Absent;
        if free {
            self.slots[slot] = what;
            if let Slot::Manifest(refs) = what {
                self.referred[slot] = refs;
            }
        }
        free
    }

    /// Says of W1's session, before it is removed, what became of it.
    pub(crate) fn log_of_first(&mut self) {
        self.append(match self.slots[N0] {
            Slot::Manifest(_) => Entry::Added(N0 as u8),
            _ => Entry::GivenUp,
        });
    }

    /// A condemnation whose waits are missing waits for whoever is there now.
    pub(crate) fn note_missing_waits(&mut self, of: u8) {
        for k in (0..CONDEMNATIONS).filter(|k| of >> k & 1 == 1) {
            self.condemned[k].waits.get_or_insert(self.sessions);
        }
    }

    pub(crate) fn condemn(&mut self, backup: bool, blobs: Blobs) -> Option<u8> {
        let k = self.condemned.iter().position(|c| !c.used)?;
        self.condemned[k] = Condemnation {
            there: true,
            used: true,
            backup,
            blobs,
            ..Condemnation::default()
        };
        Some(k as u8)
    }
}

/// All that a list may show that began with `before` and ends with `now`.
pub(crate) fn shown(before: u8, now: u8) -> impl Iterator<Item = u8> {
    let differs = before ^ now;
    let surely = before & now;
    (0..=differs)
        .filter(move |part| part & !differs == 0)
        .map(move |part| surely | part)
}

/// Subsets of a set.
fn subsets(of: u8) -> impl Iterator<Item = u8> {
    (0..=of).filter(move |part| part & !of == 0)
}

pub struct Vault {
    pub scene: Scene,
    pub bug: Option<Bug>,
}

pub(crate) type Out<'a> = &'a mut Vec<(Label, State)>;

impl Vault {
    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// What a party sees condemned: the records of those that a list showed.
    fn see(&self, state: &State, party: &mut Party, shown: u8) {
        party.condemned = 0;
        party.no_parent = false;
        for k in (0..CONDEMNATIONS).filter(|k| shown >> k & 1 == 1) {
            party.condemned |= state.condemned[k].blobs;
            party.no_parent |= state.condemned[k].backup;
        }
        if self.has(Bug::RefersToCondemned) {
            party.condemned = 0;
        }
    }

    /// The sessions that hold O, if they are there: not those of a dead process.
    pub(crate) fn pin_o(&self, state: &State) -> Sessions {
        let dead = if state.dead { FIRST } else { 0 };
        let elsewhere = if self.scene.other { READER } else { 0 };
        let apart = if self.scene.apart { WRITERS } else { 0 };
        !(dead | elsewhere | apart)
    }

    fn writer(&self, state: &State, which: usize, out: Out<'_>) {
        let name = ["W1", "W2"][which];
        let mine = [FIRST, SECOND][which];
        let party = state.writers[which];
        let mut to = |what: &'static str, at: u8, change: &dyn Fn(&mut State, &mut Party)| {
            let mut next = *state;
            let mut party = Party { at, ..party };
            change(&mut next, &mut party);
            if party.at >= 13 {
                party.snap = 0;
            }
            if matches!(party.at, 18..=21) {
                (party.condemned, party.no_parent, party.source) = (0, false, 0);
            }
            next.writers[which] = match party.at {
                DONE => done(),
                _ => party,
            };
            out.push(((name, what), next));
        };
        let late_session = self.has(Bug::CondemnedBeforeSession);
        match party.at {
            0 if which == 1 && self.scene.stranger => {
                to("begins", 10, &|_, p| p.slot = N1 as u8);
            }
            // W2 first looks for an attempt before it, whose worker may still live.
            0 if which == 1 => {
                let first = state.writers[0].at;
                if (11..DONE).contains(&first) || state.dead {
                    to("lists sessions", 1, &|s, p| p.snap = s.sessions);
                }
            }
            1 => {
                for seen in shown(party.snap, state.sessions) {
                    to("has the sessions", 2, &|_, p| p.saw = seen & FIRST != 0);
                }
            }
            2 if party.saw => to("declares W1 dead", 3, &|s, _| {
                s.create(N0, Slot::Tombstone);
            }),
            2 => to("finds no session", 3, &|_, _| {}),
            3 => match state.slots[N0] {
                Slot::Manifest(_) => to("finds the backup", 20, &|_, p| p.slot = N0 as u8),
                Slot::Tombstone => to("takes attempt 1", 10, &|_, p| p.slot = N1 as u8),
                Slot::Absent => to("takes attempt 0", 10, &|_, p| p.slot = N0 as u8),
            },
            0 => to("begins", 10, &|s, p| {
                p.slot = N0 as u8;
                if self.has(Bug::DirectoryFromBefore) {
                    p.source = s.present() & X;
                }
            }),
            10 => to("creates its session", 11, &|s, p| {
                if !late_session {
                    s.sessions |= mine;
                }
                s.adopts |= p.saw;
            }),
            11 => to("lists condemnations", 12, &|s, p| {
                p.snap = s.condemned_mask()
            }),
            12 => {
                for seen in shown(party.snap, state.condemned_mask()) {
                    to("has the condemnations", 13, &|s, p| {
                        let before = *s;
                        self.see(&before, p, seen);
                    });
                }
            }
            13 if late_session => to("creates its session late", 14, &|s, _| s.sessions |= mine),
            13 | 14 => to("reads its parent", 15, &|s, p| {
                p.refs = match p.no_parent || self.scene.apart {
                    true => 0,
                    false => s.refs_of(O),
                };
            }),
            15 if party.saw => to("tells the log of W1", 16, &|s, _| s.log_of_first()),
            16 => to("removes W1's session", 17, &|s, _| s.sessions &= !FIRST),
            15 | 17 if self.scene.apart => to("reads which packs are gone", 40, &|s, p| {
                if !self.has(Bug::IgnoresLog) {
                    p.condemned |= s.removed();
                }
            }),
            40 => to("reads directories of another disk's packs", 41, &|s, p| {
                let mut there = s.present();
                if self.has(Bug::LowestGeneration) {
                    let lowest = s.x.iter().flatten().next();
                    there = there & !X | lowest.unwrap_or(&0);
                }
                let others = if p.saw || which == 1 && self.scene.stranger {
                    Y
                } else {
                    0
                };
                p.source = match self.has(Bug::DirectoryFromBefore) {
                    true => p.source,
                    false => there & (X | others),
                };
                p.source &= !p.condemned;
            }),
            41 => {
                let own = [Y, Z][which];
                for refs in subsets(party.source) {
                    to("refers to chunks of another disk", 18, &|s, p| {
                        s.packs |= own;
                        p.refs = refs | own;
                    });
                }
            }
            15 | 17 => {
                // What lies in packs that are there now; the parent's blobs need no look.
                let taken_over = if party.saw { Y } else { 0 };
                let there = state.present() & (X | taken_over) & !party.condemned;
                let own = [Y, Z][which];
                for refs in subsets(party.refs | there) {
                    to("looks its chunks up and writes its pack", 18, &|s, p| {
                        s.packs |= own;
                        p.refs = refs | own;
                    });
                }
            }
            18 if self.has(Bug::SessionEndsFirst) => {
                to("removes its session first", 19, &|s, _| s.sessions &= !mine);
            }
            18 | 19 => {
                let slot = usize::from(party.slot);
                match state.slots[slot] {
                    Slot::Absent => to("commits", 20, &|s, p| {
                        s.create(slot, Slot::Manifest(p.refs));
                    }),
                    // Its session is left to whoever declared it dead, or to reclaim. Its pack may have
                    // come after those looked for it.
                    _ => to("is too late, and tells the log", DONE, &|s, _| {
                        s.dead |= which == 0;
                        s.append(Entry::GivenUp);
                    }),
                }
            }
            20 => to("writes the log", 21, &|s, p| s.append(Entry::Added(p.slot))),
            21 => to("removes its session", DONE, &|s, p| {
                s.sessions &= !mine;
                if p.saw {
                    s.sessions &= !FIRST;
                }
            }),
            _ => {}
        }
        let alive = which == 0 && (11..DONE).contains(&party.at);
        if alive && state.crashes > 0 && !state.dead {
            to("is killed", DONE, &|s, p| {
                s.crashes -= 1;
                s.dead = true;
                if party.at == 18 || party.at == 19 {
                    s.late = Some(p.refs);
                }
            });
        }
    }

    fn reader(&self, state: &State, out: Out<'_>) {
        let party = state.reader;
        let mut to = |what: &'static str, at: u8, change: &dyn Fn(&mut State, &mut Party)| {
            let mut next = *state;
            let mut party = Party { at, ..party };
            change(&mut next, &mut party);
            if party.at >= 4 {
                (party.snap, party.condemned, party.no_parent) = (0, 0, false);
            }
            next.reader = match party.at {
                DONE => done(),
                _ => party,
            };
            out.push((("reader", what), next));
        };
        match party.at {
            0 => to("creates its session", 1, &|s, _| s.sessions |= READER),
            1 => to("lists condemnations", 2, &|s, p| {
                p.snap = s.condemned_mask()
            }),
            2 => {
                for seen in shown(party.snap, state.condemned_mask()) {
                    to("has the condemnations", 3, &|s, p| {
                        let before = *s;
                        self.see(&before, p, seen);
                    });
                }
            }
            3 => match state.slots[if self.scene.other { Q } else { O }] {
                Slot::Manifest(refs) if self.scene.other || !party.no_parent => {
                    to("reads the manifest", 4, &|_, p| p.refs = refs);
                }
                _ => to("finds no backup", 7, &|_, _| {}),
            },
            4 => to("reads the directory", 5, &|s, p| match s.x_newest() {
                Some(newest) => p.generation = newest as u8,
                None => s.misread = true,
            }),
            5 | 6 => to("reads", party.at + 1, &|s, p| {
                if s.x[usize::from(p.generation)].is_none() && !self.has(Bug::KeepsGeneration) {
                    p.generation = s.x_newest().unwrap_or(0) as u8;
                }
                let found = s.x[usize::from(p.generation)].unwrap_or(0);
                s.misread |= p.refs & X & !found != 0;
            }),
            7 => to("removes its session", DONE, &|s, _| s.sessions &= !READER),
            _ => {}
        }
    }

    fn delete(&self, state: &State, out: Out<'_>) {
        let party = state.delete;
        let mut to = |what: &'static str, at: u8, change: &dyn Fn(&mut State, &mut Party)| {
            let mut next = *state;
            let mut party = Party { at, ..party };
            change(&mut next, &mut party);
            if party.at >= 3 {
                party.snap = 0;
            }
            next.delete = match party.at {
                DONE => done(),
                _ => party,
            };
            out.push((("delete", what), next));
        };
        let k = usize::from(party.slot);
        match party.at {
            0 => to("condemns O", 1, &|s, p| match s.condemn(true, 0) {
                Some(k) => p.slot = k,
                None => p.at = DONE,
            }),
            1 => to("lists sessions", 2, &|s, p| p.snap = s.sessions),
            2 => {
                for seen in shown(party.snap, state.sessions) {
                    to("notes whom it waits for", 3, &|s, _| {
                        s.condemned[k].waits.get_or_insert(seen);
                    });
                }
            }
            3 => {
                let held = state.sessions & state.condemned[k].waits.unwrap_or(0);
                let held = held & self.pin_o(state);
                match held == 0 || self.has(Bug::IgnoresPins) {
                    true => to("finds nobody", 5, &|_, _| {}),
                    false => to("leaves it to reclaim", DONE, &|_, _| {}),
                }
            }
            5 => match state.slots[O] {
                Slot::Absent => to("finds it removed", 7, &|_, _| {}),
                _ => to("writes the log", 6, &|s, _| s.append(Entry::RemovedO)),
            },
            6 => to("removes the manifest", 7, &|s, _| s.slots[O] = Slot::Absent),
            7 => to("lifts its condemnation", DONE, &|s, _| {
                s.condemned[k].there = false;
                s.deleted = true;
            }),
            _ => {}
        }
        if (1..DONE).contains(&party.at) && state.crashes > 0 {
            to("is killed", DONE, &|s, _| s.crashes -= 1);
        }
    }

    /// Everybody has ended, killed or not: reclaim, and nothing is left that nobody needs.
    fn after_all(&self, end: &State) -> Option<String> {
        // A writer that was declared dead and goes on until it is killed leaves a pack of which
        // nothing tells: a full run finds it.
        let mut state = *end;
        let stray = self.scene.retry && state.crashes < self.scene.crashes;
        // So is one that came back.
        let known = if stray { Y } else { 0 } | if state.returned { X } else { 0 };
        let left = self.reclaim_all(&mut state) & !known;
        if left != 0 {
            return Some(format!("blobs {left:04b} are left and nobody's"));
        }
        state.tally.seen = state.log().len() as u8;
        state.tally.touched = X | Y | Z;
        let there = |slot: &usize| matches!(state.slots[*slot], Slot::Manifest(_));
        state.tally.backups = (0..4).filter(there).fold(0, |all, slot| all | 1 << slot);
        let left = self.reclaim_all(&mut state);
        if left != 0 {
            return Some(format!("blobs {left:04b} are left by a full run"));
        }
        let open = state.condemned_mask() != 0 || state.sessions != 0;
        open.then(|| "a session or condemnation is left".to_owned())
    }

    /// Reclaims until there is nothing to do. Returns the blobs that are left and nobody's.
    fn reclaim_all(&self, state: &mut State) -> Blobs {
        state.dead = true;
        state.crashes = 0;
        state.sessions &= FIRST;
        // What one run touches, the next one condemns.
        state.passes = [3, 0];
        let mut next = Vec::new();
        loop {
            next.clear();
            self.reclaim(state, 0, &mut next);
            match next.pop() {
                Some((_, after)) => *state = after,
                None => break,
            }
        }
        let needed = (0..4).fold(0, |refs, slot| refs | state.refs_of(slot));
        state.present() & !needed
    }
}

impl Model for Vault {
    type State = State;

    fn initial(&self) -> State {
        let scene = self.scene;
        let begins = |there: bool| Party {
            at: if there { 0 } else { DONE },
            ..Party::default()
        };
        let mut slots = [Slot::Absent; 4];
        slots[O] = Slot::Manifest(X);
        if scene.other {
            slots[Q] = Slot::Manifest(X0);
        }
        let referred = slots.map(|slot| match slot {
            Slot::Manifest(refs) => refs,
            _ => 0,
        });
        let mut log = [Entry::None; LOG];
        if scene.deleted {
            slots[O] = Slot::Absent;
            log[0] = Entry::RemovedO;
        }
        State {
            slots,
            sessions: 0,
            adopts: false,
            referred,
            log,
            tally: Counts {
                backups: if scene.other { 0b11 } else { 0b01 },
                ..Counts::default()
            },
            x: [Some(X), None, None, None],
            packs: 0,
            condemned: Default::default(),
            writers: [begins(scene.writer), begins(scene.retry)],
            reader: begins(scene.reader),
            delete: begins(scene.delete),
            reclaims: Default::default(),
            passes: scene.passes,
            crashes: scene.crashes,
            dead: false,
            late: None,
            may_return: scene.returns,
            returned: false,
            deleted: false,
            misread: false,
        }
    }

    fn steps(&self, state: &State, out: &mut Vec<(Label, State)>) {
        for which in 0..2 {
            self.writer(state, which, out);
            self.reclaim(state, which, out);
        }
        self.reader(state, out);
        self.delete(state, out);
        let is_gone = match state.x_newest() {
            None => state.removed() & X == X,
            Some(newest) => newest > 0 && state.x[0].is_none(),
        };
        if state.may_return && is_gone {
            let mut back = *state;
            back.x[0] = Some(X);
            (back.may_return, back.returned) = (false, true);
            out.push((("X", "is there again"), back));
        }
        if let Some(refs) = state.late {
            let mut lands = *state;
            lands.late = None;
            let mut lost = lands;
            lands.create(N0, Slot::Manifest(refs));
            out.push((("W1's manifest", "arrives"), lands));
            lost.late = None;
            out.push((("W1's manifest", "is lost"), lost));
        }
    }

    fn wrong(&self, state: &State, end: bool) -> Option<String> {
        let present = state.present();
        for (slot, name) in [(O, "O"), (Q, "Q"), (N0, "new, 0"), (N1, "new, 1")] {
            let missing = state.refs_of(slot) & !present;
            if missing != 0 {
                return Some(format!("backup {name} lacks blobs {missing:04b}"));
            }
        }
        let missing = state.live(&state.tally) & !present;
        if missing != 0 {
            return Some(format!(
                "the tally counts a backup that lacks blobs {missing:04b}"
            ));
        }
        if state.misread {
            return Some("a reader misses what its backup holds".into());
        }
        if state.deleted && state.slots[O] != Slot::Absent {
            return Some("O was deleted and is there".into());
        }
        end.then(|| self.after_all(state)).flatten()
    }
}
