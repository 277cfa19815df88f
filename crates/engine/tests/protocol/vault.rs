//! The vault and its parties, each of them a small program over the store.

use super::explorer::{Label, Model};

/// Blobs, as bits: two in pack X, one in Y and Z each.
type Blobs = u8;
const X0: Blobs = 1;
const X1: Blobs = 2;
const X: Blobs = X0 | X1;
const Y: Blobs = 4;
const Z: Blobs = 8;

/// Sessions, as bits. All of them pin backup O, but for a reader of Q.
type Sessions = u8;
const FIRST: Sessions = 1;
const SECOND: Sessions = 2;
const READER: Sessions = 4;
const WRITERS: Sessions = FIRST | SECOND;

/// Names below `backup/`: O, Q, and the two attempts at the new backup.
const O: usize = 0;
const Q: usize = 1;
const N0: usize = 2;
const N1: usize = 3;

/// Condemnations that can be made in one run. Numbers are never used twice.
const CONDEMNATIONS: usize = 4;

/// Who is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scene {
    /// W1, which builds on O.
    pub writer: bool,
    /// W2, the next attempt at the same backup.
    pub retry: bool,
    /// Somebody who restores O, or Q where that is there.
    pub reader: bool,
    /// Somebody deletes O.
    pub delete: bool,
    /// O was deleted before, and nothing reclaimed since.
    pub deleted: bool,
    /// Backup Q is there and needs X0.
    pub other: bool,
    /// The writers back up another disk: they do not build on O, hold nothing of it, and find what it
    /// stored in the directory of its pack.
    pub apart: bool,
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
    /// Reclaim does not mark again after the writers have ended.
    MarksOnce,
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
    /// A writer refers to chunks of another disk by a directory, or an index, from before its session.
    DirectoryFromBefore,
    /// A condemnation of blobs is lifted by a reclaim that leaves them in their pack, because another
    /// one is at it.
    LiftsUncompacted,
    /// A reader that finds its generation gone does not look for another one.
    KeepsGeneration,
}

impl Bug {
    pub const ALL: [Bug; 14] = [
        Bug::WaitsForNobody,
        Bug::MarksOnce,
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
        Bug::LiftsUncompacted,
        Bug::KeepsGeneration,
    ];
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
enum Slot {
    #[default]
    Absent,
    Tombstone,
    Manifest(Blobs),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Condemnation {
    there: bool,
    used: bool,
    /// It names backup O.
    backup: bool,
    /// It names these blobs: all of a pack that goes, or dead ones of a pack that stays.
    blobs: Blobs,
    waits: Option<Sessions>,
    verdict: Option<Blobs>,
}

/// Where a party is in its program, and what it has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Party {
    at: u8,
    /// What was there when the list under way began.
    snap: u8,
    /// Blobs it refers to, or has marked.
    refs: Blobs,
    /// What it knows to be condemned.
    condemned: Blobs,
    /// It found O condemned.
    no_parent: bool,
    /// W2: it found W1's session.
    saw: bool,
    /// Where it commits; the condemnation it works on.
    slot: u8,
    /// The generation a reader has at hand.
    generation: u8,
    /// Reclaim: blobs listed; of which it may take none; sessions of the last list; condemnations
    /// to carry out; log entries known before a list.
    packs: Blobs,
    owned: Blobs,
    sessions: Sessions,
    due: u8,
    log: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    slots: [Slot; 4],
    sessions: Sessions,
    /// W2's session says that it takes W1's packs over.
    adopts: bool,
    logged: u8,
    /// Generations of X.
    x: [Option<Blobs>; 4],
    /// Y and Z, where they are there.
    packs: Blobs,
    condemned: [Condemnation; CONDEMNATIONS],
    writers: [Party; 2],
    reader: Party,
    delete: Party,
    reclaims: [Party; 2],
    passes: [u8; 2],
    crashes: u8,
    /// W1 was killed.
    dead: bool,
    /// The manifest that was on its way then.
    late: Option<Blobs>,
    /// The deletion was reported done.
    deleted: bool,
    /// A reader found nothing where its backup has something.
    misread: bool,
}

const DONE: u8 = 99;

/// A party that has ended: what it knew matters no more, so that states meet.
fn done() -> Party {
    Party {
        at: DONE,
        ..Party::default()
    }
}

impl State {
    fn x_newest(&self) -> Option<usize> {
        (0..self.x.len()).rev().find(|g| self.x[*g].is_some())
    }

    /// All blobs that a reader would find.
    fn present(&self) -> Blobs {
        let x = self.x_newest().and_then(|g| self.x[g]).unwrap_or(0);
        x | self.packs
    }

    fn condemned_mask(&self) -> u8 {
        let there = self.condemned.iter().enumerate().filter(|(_, c)| c.there);
        there.fold(0, |mask, (k, _)| mask | 1 << k)
    }

    fn slots_mask(&self) -> u8 {
        let there = self.slots.iter().enumerate();
        there
            .filter(|(_, slot)| matches!(slot, Slot::Manifest(_)))
            .fold(0, |mask, (k, _)| mask | 1 << k)
    }

    fn refs_of(&self, slot: usize) -> Blobs {
        match self.slots[slot] {
            Slot::Manifest(refs) => refs,
            _ => 0,
        }
    }

    fn create(&mut self, slot: usize, what: Slot) -> bool {
        let free = self.slots[slot] == Slot::Absent;
        if free {
            self.slots[slot] = what;
        }
        free
    }

    /// A condemnation whose waits are missing waits for whoever is there now.
    fn note_missing_waits(&mut self, of: u8) {
        for k in (0..CONDEMNATIONS).filter(|k| of >> k & 1 == 1) {
            self.condemned[k].waits.get_or_insert(self.sessions);
        }
    }

    fn condemn(&mut self, backup: bool, blobs: Blobs) -> Option<u8> {
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
fn shown(before: u8, now: u8) -> impl Iterator<Item = u8> {
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

type Out<'a> = &'a mut Vec<(Label, State)>;

impl Vault {
    fn has(&self, bug: Bug) -> bool {
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
    fn pin_o(&self, state: &State) -> Sessions {
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
            if party.at >= 18 {
                (party.condemned, party.no_parent, party.packs) = (0, false, 0);
            }
            next.writers[which] = match party.at {
                DONE => done(),
                _ => party,
            };
            out.push(((name, what), next));
        };
        let late_session = self.has(Bug::CondemnedBeforeSession);
        match party.at {
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
                    p.packs = s.present() & X;
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
            15 if party.saw => to("removes W1's session", 16, &|s, _| s.sessions &= !FIRST),
            15 | 16 if self.scene.apart => {
                to("reads directories of another disk's packs", 17, &|s, p| {
                    if !self.has(Bug::DirectoryFromBefore) {
                        p.packs = s.present() & (X | if p.saw { Y } else { 0 });
                    }
                    p.packs &= !p.condemned;
                });
            }
            17 => {
                let own = [Y, Z][which];
                for refs in subsets(party.packs) {
                    to("refers to chunks of another disk", 18, &|s, p| {
                        s.packs |= own;
                        p.refs = refs | own;
                    });
                }
            }
            15 | 16 => {
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
                    // Its session is left to whoever declared it dead, or to reclaim.
                    _ => to("is too late", DONE, &|s, _| s.dead |= which == 0),
                }
            }
            20 => to("writes the log", 21, &|s, p| s.logged |= 1 << p.slot),
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
            5 => to("removes the manifest", 6, &|s, _| s.slots[O] = Slot::Absent),
            6 => to("lifts its condemnation", DONE, &|s, _| {
                s.condemned[k].there = false;
                s.deleted = true;
            }),
            _ => {}
        }
        if (1..DONE).contains(&party.at) && state.crashes > 0 {
            to("is killed", DONE, &|s, _| s.crashes -= 1);
        }
    }

    /// The manifests a list and the log show, read at its end.
    fn marked(&self, state: &State, party: &Party, listed: u8) -> Blobs {
        let seen = listed | state.logged & !party.log;
        (0..4)
            .filter(|slot| seen >> slot & 1 == 1)
            .fold(party.refs, |refs, slot| refs | state.refs_of(slot))
    }

    fn reclaim(&self, state: &State, which: usize, out: Out<'_>) {
        let name = ["R1", "R2"][which];
        let party = state.reclaims[which];
        let mut to = |what: &'static str, at: u8, change: &dyn Fn(&mut State, &mut Party)| {
            let mut next = *state;
            let mut party = Party { at, ..party };
            change(&mut next, &mut party);
            match party.at {
                4..=9 => party.snap = 0,
                10 | 11 => (party.sessions, party.due) = (0, 0),
                12 => (party.snap, party.log) = (0, 0),
                13 | 14 => (party.packs, party.owned, party.condemned) = (0, 0, 0),
                15..=17 => {
                    (party.packs, party.owned, party.condemned) = (0, 0, 0);
                    (party.slot, party.snap, party.sessions) = (0, 0, 0);
                }
                20 => (party.snap, party.log, party.slot, party.condemned) = (0, 0, 0, 0),
                _ => {}
            }
            next.reclaims[which] = match party.at {
                DONE => Party::default(),
                _ => party,
            };
            out.push(((name, what), next));
        };
        let pack_mask = |s: &State| {
            let x = if s.x_newest().is_some() { X0 } else { 0 };
            x | s.packs
        };
        let begin_marks = |s: &mut State, p: &mut Party| {
            p.log = s.logged;
            p.snap = s.slots_mask();
            p.refs = 0;
        };
        let look = |s: &mut State, p: &mut Party| {
            p.due = s.condemned_mask();
            s.note_missing_waits(p.due);
        };
        let k = usize::from(party.slot);
        let gone = if state.dead { FIRST } else { 0 };
        let other_works = which == 0 && state.reclaims[1].at > 0;
        let pins = self.pin_o(state);
        match party.at {
            0 if state.passes[which] > 0 => to("lists packs", 2, &|s, p| {
                s.passes[which] -= 1;
                let seen = pack_mask(s);
                p.packs = if seen & X0 != 0 { seen | X } else { seen };
            }),
            2 => to("lists sessions", 3, &|s, p| p.snap = s.sessions),
            3 => {
                for seen in shown(party.snap, state.sessions) {
                    let live = seen & !gone;
                    let ends = seen & gone != 0;
                    to("has the sessions", if ends { 4 } else { 7 }, &|s, p| {
                        p.sessions = live;
                        p.owned = 0;
                        if live & FIRST != 0 {
                            p.owned |= Y;
                        }
                        if live & SECOND != 0 {
                            p.owned |= if s.adopts { Y | Z } else { Z };
                        }
                    });
                }
            }
            4 => to("declares W1 dead", 5, &|s, _| {
                if !self.has(Bug::NoTombstone) {
                    s.create(N0, Slot::Tombstone);
                }
            }),
            5 => to("adds W1's backup to the log", 6, &|s, _| {
                if matches!(s.slots[N0], Slot::Manifest(_)) {
                    s.logged |= 1 << N0;
                }
            }),
            6 => to("removes W1's session", 7, &|s, _| s.sessions &= !FIRST),
            // Deletions that nobody holds up any more: first the waits, then the sessions.
            7 => {
                let stale = self.has(Bug::PinsFromBefore);
                to("looks for deletions", if stale { 9 } else { 8 }, &|s, p| {
                    p.due = s.condemned_mask();
                    s.note_missing_waits(p.due);
                });
            }
            8 => to("lists sessions", 9, &|s, p| p.sessions = s.sessions & !gone),
            9 => {
                let open = (0..CONDEMNATIONS).find(|k| {
                    let found = &state.condemned[*k];
                    party.due >> k & 1 == 1
                        && found.backup
                        && found
                            .waits
                            .is_some_and(|waits| waits & party.sessions & pins == 0)
                        && state.slots[O] != Slot::Absent
                });
                match open {
                    Some(_) => to("removes the manifest", 10, &|s, _| {
                        s.slots[O] = Slot::Absent
                    }),
                    None => to("lists manifests", 11, &begin_marks),
                }
            }
            10 => to("lists manifests", 11, &begin_marks),
            11 => {
                for seen in shown(party.snap, state.slots_mask()) {
                    to("marks", 12, &|s, p| {
                        p.refs = self.marked(s, p, seen);
                        p.condemned = 0;
                        for found in s.condemned.iter().filter(|c| c.there) {
                            p.condemned |= found.blobs;
                        }
                    });
                }
            }
            12 => {
                let of = |pack: Blobs| {
                    let mine = party.packs & pack != 0 && party.owned & pack == 0;
                    let newest = state.present() & pack;
                    // Wholly dead ones go as they are; of others the dead blobs are dropped.
                    match mine {
                        true => newest & !party.refs & !party.condemned,
                        false => 0,
                    }
                };
                let dead = of(X) | of(Y) | of(Z);
                if self.has(Bug::DropsUncondemned) && dead & X != 0 && dead & X != X {
                    to("compacts at once", 15, &|s, _| compact(s, dead & X, true));
                } else if dead == 0 {
                    to("looks for condemnations", 16, &look);
                } else {
                    to("condemns", 13, &|s, p| match s.condemn(false, dead) {
                        Some(k) => p.slot = k,
                        None => p.at = 15,
                    });
                }
            }
            13 => to("lists sessions", 14, &|s, p| p.snap = s.sessions),
            14 => {
                for seen in shown(party.snap, state.sessions) {
                    to("notes whom it waits for", 15, &|s, _| {
                        s.condemned[k].waits.get_or_insert(seen);
                    });
                }
            }
            15 => to("looks for condemnations", 16, &look),
            16 => {
                let seen = state.sessions;
                to("lists sessions", 17, &|s, p| {
                    for k in 0..CONDEMNATIONS {
                        let found = &s.condemned[k];
                        let waits = found.waits.unwrap_or(0) & seen;
                        let held = match found.backup {
                            true => waits & pins,
                            false => waits & WRITERS,
                        };
                        let partial = found.blobs & X != 0 && found.blobs & X != X;
                        let hasty = self.has(Bug::WaitsForNobody)
                            || self.has(Bug::CompactsAtOnce) && partial;
                        if held != 0 && (found.backup || !hasty) {
                            p.due &= !(1 << k);
                        }
                    }
                });
            }
            17 => {
                let next = (0..CONDEMNATIONS)
                    .find(|k| party.due >> k & 1 == 1 && state.condemned[*k].backup);
                match next {
                    Some(k) if state.slots[O] != Slot::Absent => {
                        to("removes the manifest", 17, &|s, p| {
                            s.slots[O] = Slot::Absent;
                            p.due |= 1 << k;
                        });
                    }
                    Some(k) => to("lifts the condemnation of O", 17, &|s, p| {
                        s.condemned[k].there = false;
                        p.due &= !(1 << k);
                    }),
                    None if party.due == 0 => to("is done", DONE, &|_, _| {}),
                    None if self.has(Bug::MarksOnce) => to("does not mark again", 20, &|_, _| {}),
                    None => to("lists manifests again", 18, &|s, p| {
                        p.log = s.logged;
                        p.snap = s.slots_mask();
                    }),
                }
            }
            18 => {
                for seen in shown(party.snap, state.slots_mask()) {
                    to("marks again", 20, &|s, p| p.refs = self.marked(s, p, seen));
                }
            }
            20 => match (0..CONDEMNATIONS).find(|k| party.due >> k & 1 == 1) {
                None => to("is done", DONE, &|_, _| {}),
                Some(k) => to("settles", 21, &|s, p| {
                    p.slot = k as u8;
                    let goes = s.condemned[k].blobs & !p.refs;
                    s.condemned[k].verdict.get_or_insert(goes);
                }),
            },
            21 => {
                let there = state.condemned[k].there;
                let goes = state.condemned[k].verdict.unwrap_or(0);
                to(
                    "reads the condemnation again",
                    if there { 22 } else { 24 },
                    &|_, p| {
                        p.condemned = goes;
                    },
                );
            }
            22 => {
                let goes = party.condemned;
                let whole = goes & X == X || state.present() & X & !goes == 0;
                let old_first = self.has(Bug::OldGenerationFirst);
                if goes & X == 0 || state.x_newest().is_none() {
                    to("removes packs", 24, &|s, _| s.packs &= !goes);
                } else if whole {
                    to("removes packs", 24, &|s, _| {
                        s.packs &= !goes;
                        s.x = [None; 4];
                    });
                } else if self.has(Bug::LiftsUncompacted) && other_works {
                    to("passes the pack over", 24, &|s, _| s.packs &= !goes);
                } else if old_first {
                    // The bytes it needs are in its memory.
                    let newest = state.x_newest().unwrap_or(0);
                    to("removes the old generation", 23, &|s, p| {
                        p.packs = s.x[newest].unwrap_or(0) & !goes;
                        p.generation = newest as u8 + 1;
                        s.x[newest] = None;
                    });
                } else {
                    to("writes the next generation", 23, &|s, _| {
                        s.packs &= !goes;
                        compact(s, goes & X, false);
                    });
                }
            }
            23 if self.has(Bug::OldGenerationFirst) => {
                to("writes the next generation", 24, &|s, p| {
                    let next = usize::from(p.generation).min(3);
                    s.x[next].get_or_insert(p.packs);
                });
            }
            23 => to("removes the old generations", 24, &|s, _| {
                let newest = s.x_newest().unwrap_or(0);
                s.x[..newest].fill(None);
            }),
            24 => to("lifts the condemnation", 20, &|s, p| {
                s.condemned[k].there = false;
                p.due &= !(1 << k);
            }),
            _ => {}
        }
        if (1..DONE).contains(&party.at) && state.crashes > 0 {
            to("is killed", DONE, &|s, _| s.crashes -= 1);
        }
    }

    /// Everybody has ended, killed or not: one reclaim, and nothing is left that nobody needs.
    fn after_all(&self, end: &State) -> Option<String> {
        let mut state = *end;
        state.dead = true;
        state.crashes = 0;
        state.sessions &= FIRST;
        state.passes = [1, 0];
        let mut next = Vec::new();
        loop {
            next.clear();
            self.reclaim(&state, 0, &mut next);
            match next.pop() {
                Some((_, after)) => state = after,
                None => break,
            }
        }
        let needed = (0..4).fold(0, |refs, slot| refs | state.refs_of(slot));
        let left = state.present() & !needed;
        if left != 0 {
            return Some(format!("blobs {left:04b} are left and nobody's"));
        }
        let open = state.condemned_mask() != 0 || state.sessions != 0;
        open.then(|| "a session or condemnation is left".to_owned())
    }
}

/// Writes the next generation of X without `goes`; with `old_goes`, removes the others in one step.
fn compact(state: &mut State, goes: Blobs, old_goes: bool) {
    let Some(newest) = state.x_newest() else {
        return;
    };
    let kept = state.x[newest].unwrap_or(0) & !goes;
    if Some(kept) == state.x[newest] {
        return;
    }
    let next = (newest + 1).min(3);
    state.x[next].get_or_insert(kept);
    if old_goes {
        state.x[..next].fill(None);
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
        if !scene.deleted {
            slots[O] = Slot::Manifest(X);
        }
        if scene.other {
            slots[Q] = Slot::Manifest(X0);
        }
        State {
            slots,
            sessions: 0,
            adopts: false,
            logged: 0b11,
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
        if state.misread {
            return Some("a reader misses what its backup holds".into());
        }
        if state.deleted && state.slots[O] != Slot::Absent {
            return Some("O was deleted and is there".into());
        }
        end.then(|| self.after_all(state)).flatten()
    }
}
