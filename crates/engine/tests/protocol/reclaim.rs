//! Reclaim by difference, with compaction, as the program it is: sessions, the tally and the log,
//! condemnations, verdicts, the next tally, and then what goes.

use super::vault::{
    Blobs, Bug, CONDEMNATIONS, Counts, DONE, Entry, FIRST, N0, O, Out, Party, SECOND, Slot, State,
    Vault, WRITERS, X, X0, Y, Z, shown,
};

/// Packs, as all their blobs.
const PACKS: [Blobs; 3] = [X, Y, Z];

impl Vault {
    /// Counts what the log says by now. False where it says that O goes and its manifest is there.
    fn advance(&self, state: &State, counts: &mut Counts) -> bool {
        for entry in state.log().iter().skip(usize::from(counts.seen)) {
            match *entry {
                Entry::Added(slot) => {
                    if let Slot::Manifest(_) = state.slots[usize::from(slot)] {
                        if !self.has(Bug::CountLost) {
                            counts.backups |= 1 << slot;
                        }
                        // What it took over and does not need is nobody's.
                        if usize::from(slot) != N0 {
                            counts.touched |= Y;
                        }
                    }
                }
                Entry::RemovedO => {
                    if state.slots[O] != Slot::Absent {
                        return false;
                    }
                    if counts.backups & 1 != 0 {
                        counts.backups &= !1;
                        counts.touched |= X;
                    }
                }
                Entry::GivenUp => counts.touched |= Y,
                Entry::PacksRemoved(packs) => counts.touched &= !packs,
                Entry::None => unreachable!("it is behind the end"),
            }
            counts.seen += 1;
        }
        true
    }

    /// What is to be condemned of the packs that are touched: whole packs, or blobs of X.
    fn judge(&self, state: &State, party: &mut Party) -> Blobs {
        let live = state.live(&party.counts);
        let (mut whole, mut blobs) = (0, 0);
        let condemned = state.condemned.iter().filter(|c| c.there);
        let condemned = condemned.fold(0, |sum, c| sum | c.blobs);
        let whole_x = state.condemned.iter().any(|c| c.there && c.blobs & X == X);
        for pack in PACKS {
            if party.counts.touched & pack == 0 || party.owned & pack != 0 {
                continue;
            }
            let dead = live & pack == 0;
            if pack == X && !dead && condemned & X != 0 {
                continue;
            }
            party.counts.touched &= !pack;
            let is_condemned = match pack == X {
                true => whole_x,
                false => condemned & pack != 0,
            };
            if is_condemned || state.present() & pack == 0 {
                continue;
            }
            match dead {
                true => whole |= pack,
                false => blobs |= state.present() & pack & !live,
            }
        }
        // One record of each kind; here one after the other.
        match whole {
            0 => blobs & X,
            whole => {
                if blobs & X != 0 {
                    party.counts.touched |= X;
                }
                whole
            }
        }
    }

    pub(crate) fn reclaim(&self, state: &State, which: usize, out: Out<'_>) {
        let name = ["R1", "R2"][which];
        let party = state.reclaims[which];
        let mut to = |what: &'static str, at: u8, change: &dyn Fn(&mut State, &mut Party)| {
            let mut next = *state;
            let mut party = Party { at, ..party };
            change(&mut next, &mut party);
            match party.at {
                4..=10 => party.snap = 0,
                11 | 12 => (party.sessions, party.due, party.slot) = (0, 0, 0),
                15..=20 => (party.owned, party.slot, party.snap) = (0, 0, 0),
                26 => {
                    (party.sessions, party.due, party.slot) = (0, 0, 0);
                    (party.source, party.generation) = (0, 0);
                }
                _ => {}
            }
            next.reclaims[which] = match party.at {
                DONE => Party::default(),
                _ => party,
            };
            out.push(((name, what), next));
        };
        let look = |s: &mut State, p: &mut Party| {
            p.due = s.condemned_mask();
            s.note_missing_waits(p.due);
        };
        let k = usize::from(party.slot);
        let gone = if state.dead { FIRST } else { 0 };
        let pins = self.pin_o(state);
        match party.at {
            0 if state.passes[which] > 0 => to("lists sessions", 3, &|s, p| {
                s.passes[which] -= 1;
                p.snap = s.sessions;
            }),
            3 => {
                for seen in shown(party.snap, state.sessions) {
                    let live = seen & !gone;
                    let ends = seen & gone != 0;
                    to("has the sessions", if ends { 4 } else { 7 }, &|s, p| {
                        p.owned = 0;
                        if self.has(Bug::PinsFromBefore) {
                            p.sessions = live;
                        }
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
            5 => to("tells the log of W1", 6, &|s, _| s.log_of_first()),
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
                    Some(_) => to("tells the log that O goes", 10, &|s, _| {
                        s.append(Entry::RemovedO);
                    }),
                    None => to("has no deletion to finish", 11, &|_, _| {}),
                }
            }
            10 => to("removes the manifest", 11, &|s, _| {
                s.slots[O] = Slot::Absent
            }),
            11 => to("reads the tally, and the log to its end", 12, &|s, p| {
                p.counts = s.tally;
                self.advance(s, &mut p.counts);
            }),
            12 => {
                let mut next = party;
                let goes = self.judge(state, &mut next);
                if self.has(Bug::DropsUncondemned) && goes & X != 0 && goes & X != X {
                    to("compacts at once", 15, &|s, p| {
                        p.counts = next.counts;
                        let newest = s.x_newest().unwrap_or(0);
                        let kept = s.x[newest].unwrap_or(0) & !goes;
                        s.x = [None; 4];
                        s.x[(newest + 1).min(3)] = Some(kept);
                    });
                } else if goes == 0 {
                    to("looks for condemnations", 16, &|s, p| {
                        p.counts = next.counts;
                        look(s, p);
                    });
                } else {
                    to("condemns", 13, &|s, p| {
                        p.counts = next.counts;
                        match s.condemn(false, goes) {
                            Some(k) => p.slot = k,
                            None => p.at = DONE,
                        }
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
                    Some(_) if state.slots[O] != Slot::Absent => {
                        to("tells the log that O goes", 18, &|s, _| {
                            s.append(Entry::RemovedO);
                        });
                    }
                    Some(k) => to("lifts the condemnation of O", 17, &|s, p| {
                        s.condemned[k].there = false;
                        p.due &= !(1 << k);
                    }),
                    None if party.due == 0 => to("has nothing to carry out", 25, &|_, _| {}),
                    None if self.has(Bug::CountsOnce) => {
                        to("does not read the log again", 20, &|_, _| {});
                    }
                    None => to("reads the log to its end", 20, &|s, p| {
                        if !self.advance(s, &mut p.counts) {
                            (p.due, p.at) = (0, 25);
                        }
                    }),
                }
            }
            18 => to("removes the manifest", 17, &|s, _| {
                s.slots[O] = Slot::Absent
            }),
            20 => match (0..CONDEMNATIONS).find(|k| party.due >> k & 1 == 1) {
                None => to("has settled all", 25, &|_, _| {}),
                Some(k) => to("settles", 21, &|s, p| {
                    p.slot = k as u8;
                    let live = s.live(&p.counts);
                    let mut goes = s.condemned[k].blobs & !live;
                    // A whole pack stays as a whole.
                    for pack in PACKS {
                        let named = s.condemned[k].blobs & pack;
                        if named == pack && goes & pack != pack {
                            goes &= !pack;
                            // Something in it is needed now, and the rest of it is dead.
                            p.counts.touched |= pack;
                        }
                    }
                    s.condemned[k].verdict.get_or_insert(goes);
                }),
            },
            21 => {
                let there = state.condemned[k].there;
                to("reads the condemnation again", 20, &|_, p| {
                    p.due &= !(1 << k);
                    p.settled |= u8::from(there) << k;
                });
            }
            25 => {
                let mut counts = party.counts;
                let changed = counts != state.tally;
                let mine = counts.number == state.tally.number;
                counts.number += 1;
                if changed && mine {
                    to("writes the tally", 26, &|s, p| {
                        (s.tally, p.counts) = (counts, counts);
                    });
                } else if counts.seen != state.tally.seen && !self.has(Bug::RemovesUncounted) {
                    to("finds another tally", DONE, &|_, _| {});
                } else {
                    to("goes on", 26, &|_, _| {});
                }
            }
            26 => {
                let other_works = which == 0 && state.reclaims[1].at > 0;
                self.carry_out(state, &party, other_works, &mut to);
            }
            27 => to("removes packs", 35, &|s, _| {
                let goes = s.condemned[k].verdict.unwrap_or(0);
                s.packs &= !goes;
                if goes & X == X {
                    s.x = [None; 4];
                }
            }),
            // Compaction of X.
            30 => {
                let removed = state.removed() & X0 != 0;
                let newest = state.x_newest();
                let goes = state.condemned[k].verdict.unwrap_or(0) & X;
                match newest {
                    None => to("finds X gone", 35, &|_, _| {}),
                    Some(_) if removed => {
                        to("removes what is left of X", 35, &|s, _| s.x = [None; 4]);
                    }
                    Some(newest) => {
                        let has = state.x[newest].unwrap_or(0);
                        let next = if has & goes != 0 { 31 } else { 33 };
                        to("reads the newest generation", next, &|_, p| {
                            p.generation = newest as u8;
                            p.source = has & !goes;
                        });
                    }
                }
            }
            31 if self.has(Bug::OldGenerationFirst) => {
                to("removes the old generation", 32, &|s, p| {
                    s.x[usize::from(p.generation)] = None;
                });
            }
            31 | 32 => to("writes the next generation", 30, &|s, p| {
                let next = usize::from(p.generation + 1).min(3);
                // Where the name is taken, it looks again.
                s.x[next].get_or_insert(p.source);
                (p.source, p.generation) = (0, 0);
            }),
            33 => to("removes the old generations", 35, &|s, p| {
                s.x[..usize::from(p.generation)].fill(None);
            }),
            35 => to("lifts the condemnation", 26, &|s, p| {
                s.condemned[k].there = false;
                p.settled &= !(1 << k);
            }),
            _ => {}
        }
        if (1..DONE).contains(&party.at) && state.crashes > 0 {
            to("is killed", DONE, &|s, _| s.crashes -= 1);
        }
    }

    /// The next of what is settled: whole packs first.
    fn carry_out(
        &self,
        state: &State,
        party: &Party,
        other_works: bool,
        to: &mut impl FnMut(&'static str, u8, &dyn Fn(&mut State, &mut Party)),
    ) {
        let verdict = |k: usize| state.condemned[k].verdict.unwrap_or(0);
        let named = |k: usize| state.condemned[k].blobs;
        let is_partial = |k: &usize| named(*k) & X != 0 && named(*k) & X != X;
        let open = |k: &usize| party.settled >> k & 1 == 1;
        let whole = (0..CONDEMNATIONS).filter(open).find(|k| !is_partial(k));
        let Some(k) = whole.or((0..CONDEMNATIONS).find(open)) else {
            return to("is done", DONE, &|_, _| {});
        };
        let early = self.has(Bug::LiftsTooEarly);
        let take = |s: &mut State, p: &mut Party| {
            p.slot = k as u8;
            if early {
                s.condemned[k].there = false;
            }
        };
        if verdict(k) == 0 {
            to("has nothing to remove", 35, &take);
        } else if !is_partial(&k) {
            to("tells the log which packs go", 27, &|s, p| {
                take(s, p);
                s.append(Entry::PacksRemoved(verdict(k)));
            });
        } else if state.live(&party.counts) & X == 0 && state.x_newest().is_some() {
            // All of X goes, with the next run at the latest, and this condemnation after it.
            to("leaves the condemnation", 26, &|_, p| {
                p.settled &= !(1 << k);
            });
        } else if self.has(Bug::LiftsUncompacted) && other_works {
            to("passes the pack over", 35, &take);
        } else {
            to("begins to compact X", 30, &take);
        }
    }
}
