/*
 * The breaker's protocol: announce, re-read, check, send, retire, against trips that wait, resets by compare-and-swap, and
 * a half-open breaker that lets a budget of probes out.
 *
 * Every comment of the form `file: text` quotes, whole, the line of the source that the statement after it stands for;
 * test/breaker/models.test.ts compares them. Memory is sequentially consistent, as Atomics and WASM's atomics are.
 *
 * What is asserted: no byte of an order leaves after a trip returned clear and before the breaker was reset, half-opened or
 * closed; none of these erases a trip that it has not seen; a half-open breaker lets no more out than its budget; without a
 * deadline nobody waits for ever (Spin's invalid end states).
 *
 * One macro makes each broken variant; models/run.mjs names them and expects each to fail.
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef BATCHES
#define BATCHES 2
#endif
#ifndef SENDERS
#define SENDERS 2
#endif
#ifndef TRIPPERS
#define TRIPPERS 1
#endif
#define THREADS (SENDERS + TRIPPERS)
#define NONE 255
#define PROBES 1
/* A cause that closes by itself, and one that needs a person. */
#define SELF 1
#define PERSON 2

byte slots[SLOTS];
/* The state word, one variable for each of its parts; what reads or writes several of them does so in one step. */
byte causes;
bool opened;
bool half;
byte probes;
byte waiters;

/* What Atomics.wait and notify keep: the slot that a thread sleeps on. */
byte sleepsOn[THREADS] = NONE;
bool timedOut[THREADS];

/* Seen by nobody: how often orders were let out again, whether a trip returned clear since, probes taken since. */
byte resets;
bool quiet;
byte taken;
byte ended;

inline wake(at) {
  d_step {
    for (w : 0 .. (THREADS - 1)) {
      if
      :: sleepsOn[w] == at -> sleepsOn[w] = NONE
      :: else
      fi
    }
    w = 0
  }
}

inline readWord() {
  /* wasm/breaker.ts: return atomic.load<i32>(BREAKER_AT, BREAKER_STATE); */
  d_step { seenCauses = causes; seenOpened = opened; seenHalf = half; seenProbes = probes }
}

#define SEEN (causes == seenCauses && opened == seenOpened && half == seenHalf && probes == seenProbes)

inline judge() {
  readWord();
  /* engine/breaker/gate.ts: const refused = breakerRefusal(this.#breaker.word(), isFollowed) ?? this.#refusal(basket, nowNs); */
  open = seenOpened || (seenHalf && seenProbes == 0);
  if
  :: open
  :: else ->
    readWord();
    /* engine/breaker/gate.ts: if (refused !== undefined || isFollowed || stateOf(this.#breaker.word()) === 'closed') return refused; */
    if
    :: !seenOpened && !seenHalf
    :: else ->
      /* engine/breaker/gate.ts: return this.#breaker.takeProbe() ? undefined : (breakerRefusal(this.#breaker.word(), false) ?? 'PROBES_OUT'); */
      readWord();
      /* engine/breaker/breaker.ts: if (stateOf(seen) !== 'halfOpen' || (seen & L.BREAKER_PROBES_MASK) === 0) return false; */
      if
      :: seenOpened || !seenHalf || seenProbes == 0 -> open = true
      :: else ->
#ifdef PROBE_WITHOUT_SWAP
        d_step { causes = seenCauses; opened = false; half = true; probes = seenProbes - 1; taken++; assert(taken <= PROBES) }
#else
        /* engine/breaker/breaker.ts: return this.#swap(seen, seen - L.BREAKER_PROBE); */
        /* engine/breaker/breaker.ts: return Atomics.compareExchange(this.#i32, STATE_WORD, seen, next) === seen; */
        d_step {
          if
          :: SEEN -> probes--; taken++; assert(taken <= PROBES)
          :: else -> open = true
          fi
        }
#endif
      fi
    fi
  fi
}

inline announce(id) {
  d_step { at = 0; slot = NONE };
  do
  /* wasm/breaker.ts: for (let slot: i32 = 0; slot < BREAKER_IN_FLIGHT_SLOTS; slot += 1) { */
  :: at < SLOTS && slot == NONE ->
    if
#ifdef CLAIM_WITHOUT_SWAP
    :: slots[at] == 0 -> slots[at] = id; slot = at
#else
    /* wasm/breaker.ts: if (atomic.load<i32>(at) === 0 && atomic.cmpxchg<i32>(at, 0, batchId) === 0) return slot; */
    :: slots[at] == 0 ->
      if
      :: atomic { slots[at] == 0 -> slots[at] = id; slot = at }
      :: atomic { slots[at] != 0 -> at++ }
      fi
#endif
    :: slots[at] != 0 -> at++
    fi
  :: else -> break
  od
}

inline retire(at) {
  /* wasm/breaker.ts: atomic.store<i32>(at, 0); */
  slots[at] = 0;
  /* wasm/breaker.ts: if (atomic.load<i32>(BREAKER_AT, BREAKER_WAITERS) !== 0) atomic.notify(at); */
  if
  :: waiters != 0 -> wake(at)
  :: else
  fi
}

/* A request leaves in two steps: the socket takes its first bytes, and later its last. */
inline send() {
  assert(!quiet);
#ifdef RETIRE_BEFORE_LAST_BYTE
  retire(slot);
#endif
  assert(!quiet)
}

inline trip(cause, own) {
#ifdef SLOTS_BEFORE_OPENING
  d_step { for (s : 0 .. (SLOTS - 1)) { seen[s] = slots[s] } s = 0 }
#endif
  d_step {
    /* engine/breaker/breaker.ts: Atomics.or(this.#i32, STATE_WORD, causeBit | L.BREAKER_OPEN); */
    causes = causes | cause;
    opened = true;
    epoch = resets;
    clear = true;
    s = 0
  };
  /* engine/breaker/breaker.ts: Atomics.add(this.#i32, TRIPS_WORD, 1); */
  /* A count that nobody acts on: no statement. */
  do
  /* engine/breaker/breaker.ts: for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) { */
  :: s < SLOTS ->
#ifdef SLOTS_BEFORE_OPENING
    held = seen[s];
#else
    /* engine/breaker/breaker.ts: const id = Atomics.load(this.#i32, FIRST_SLOT_WORD + slot); */
    held = slots[s];
#endif
    if
    /* engine/breaker/breaker.ts: if (id !== 0 && !this.#waitRetired(slot, id, endNs)) inFlight.push(id); */
    :: held != 0 -> waitRetired(s, own)
    :: else
    fi;
    s++
  :: else -> break
  od;
  atomic {
    if
    /* engine/breaker/breaker.ts: return inFlight.length === 0 ? { clear: true } : { clear: false, inFlight }; */
    :: clear && epoch == resets -> quiet = true
    :: else
    fi;
    clear = false; held = 0; s = 0; epoch = 0
  }
}

inline waitRetired(at, own) {
  if
#ifndef WAITS_FOR_ITS_OWN
  /* engine/breaker/breaker.ts: if (this.#ownIds[slot] === id) return false; */
  :: held == own -> clear = false
#endif
  :: else ->
#ifndef WAITER_COUNTED_LATE
    /* engine/breaker/breaker.ts: Atomics.add(this.#i32, WAITERS_WORD, 1); */
    waiters++;
#endif
    do
    /* engine/breaker/breaker.ts: while (leftMs > 0 && Atomics.load(this.#i32, word) === id) { */
    :: !timedOut[_pid - 1] && slots[at] == held ->
      /* engine/breaker/breaker.ts: if (Atomics.wait(this.#i32, word, id, leftMs) === 'timed-out') break; */
      atomic {
        if
        :: slots[at] == held -> sleepsOn[_pid - 1] = at
        :: else
        fi
      };
#ifdef WAITER_COUNTED_LATE
      waiters++;
#endif
      if
      :: sleepsOn[_pid - 1] == NONE
#ifndef NO_DEADLINE
      :: atomic { sleepsOn[_pid - 1] != NONE -> sleepsOn[_pid - 1] = NONE; timedOut[_pid - 1] = true }
#endif
      fi;
#ifdef WAITER_COUNTED_LATE
      waiters--
#endif
#ifdef WAKE_UP_IS_RETIREMENT
      break
#endif
    :: else -> break
    od;
#ifndef WAITER_COUNTED_LATE
    /* engine/breaker/breaker.ts: Atomics.sub(this.#i32, WAITERS_WORD, 1); */
    waiters--;
#else
    skip;
#endif
    d_step {
#ifdef WAKE_UP_IS_RETIREMENT
      clear = clear && !timedOut[_pid - 1];
#else
      /* engine/breaker/breaker.ts: return Atomics.load(this.#i32, word) !== id; */
      clear = clear && slots[at] != held;
#endif
      timedOut[_pid - 1] = false
    }
  fi
}

/* A thread that sends: its batches one after another, each under an id of its own. Sender 1 may trip with one in flight. */
proctype Sender(byte me) {
  byte batch, at, slot, w, s, held, epoch;
  bool open, clear, seenOpened, seenHalf;
  byte seenCauses, seenProbes;
#ifdef SLOTS_BEFORE_OPENING
  byte seen[SLOTS];
#endif
  do
  :: batch < BATCHES ->
    batch++;
#ifdef NO_ANNOUNCEMENT
    judge();
    if
    :: !open -> send()
    :: else
    fi
#else
#ifdef ANNOUNCED_AFTER_CHECK
    judge();
    announce(me * BATCHES + batch);
#else
    /* engine/breaker/gate.ts: const announced = ids.filter((id) => this.#breaker.announce(id) !== NO_SLOT); */
    announce(me * BATCHES + batch);
    /* engine/breaker/gate.ts: const cause = isWhole ? this.#judge(basket, nowNs) : 'GATEWAY_BUSY'; */
    judge();
#endif
    if
    :: slot == NONE
    :: else ->
      if
      :: !open -> send()
      :: open
      /* The journal fails, an assertion fails: this thread trips while its own batch is announced. */
      :: me == 1 -> trip(PERSON, me * BATCHES + batch)
      fi;
#ifdef RETIRE_BEFORE_LAST_BYTE
      if
      :: slots[slot] == me * BATCHES + batch -> retire(slot)
      :: else
      fi
#else
      /* engine/breaker/breaker.ts: this.#wasm.breakerRetire(slot); */
      retire(slot)
#endif
    fi
#endif
    ;
    d_step { at = 0; slot = 0; open = false; seenOpened = false; seenHalf = false; seenCauses = 0; seenProbes = 0 }
  :: else -> break
  od;
  ended++
}

proctype Tripper(byte cause) {
  byte w, s, held, epoch;
  bool clear;
#ifdef SLOTS_BEFORE_OPENING
  byte seen[SLOTS];
#endif
  trip(cause, NONE);
  ended++
}

/* Lets orders out again, by an operator's reset or by the executor's half-open and close, in one step each. */
inline letOut(toHalf) {
#ifdef LET_OUT_WITHOUT_SWAP
  d_step { assert(SEEN); causes = (toHalf -> seenCauses : 0); opened = false; half = toHalf; probes = (toHalf -> PROBES : 0); resets++; quiet = false; taken = 0 }
#else
  /* engine/breaker/breaker.ts: return Atomics.compareExchange(this.#i32, STATE_WORD, seen, next) === seen; */
  d_step {
    if
    :: SEEN ->
      causes = (toHalf -> seenCauses : 0);
      opened = false;
      half = toHalf;
      probes = (toHalf -> PROBES : 0);
      resets++;
      quiet = false;
      taken = 0
    :: else
    fi
  }
#endif
}

/* An operator: reads the causes, thinks, resets what was read, once. */
proctype Operator() {
  byte expected, seenCauses, seenProbes;
  bool seenOpened, seenHalf;
  if
  :: ended == SENDERS + TRIPPERS
  :: causes != 0 ->
    expected = causes;
    /* engine/breaker/breaker.ts: const seen = this.word(); */
    readWord();
    /* engine/breaker/breaker.ts: if ((seen & L.BREAKER_CAUSES_MASK) !== expectedCauses) return false; */
    if
    :: seenCauses != expected
    :: else ->
      /* engine/breaker/breaker.ts: return this.#swap(seen, seen & L.BREAKER_REDUCE_ONLY); */
      letOut(false)
    fi
  fi
}

/* The executor's recovery: half-opens after the cool-down, which may be over at any moment, and closes; twice at most. */
proctype Recovery() {
  byte seenCauses, seenProbes, turns;
  bool seenOpened, seenHalf;
  do
  :: ended == SENDERS + TRIPPERS || turns == 2 -> break
  :: turns < 2 && (opened || half && probes == 0) ->
    turns++;
    readWord();
    if
    /* engine/breaker/breaker.ts: return this.#swap(seen, kept | L.BREAKER_HALF_OPEN | (probes * L.BREAKER_PROBE)); */
    :: seenOpened && seenCauses == SELF -> letOut(true)
    /* engine/breaker/breaker.ts: return stateOf(seen) === 'halfOpen' && this.#swap(seen, seen & L.BREAKER_REDUCE_ONLY); */
    :: !seenOpened && seenHalf && seenProbes == 0 -> letOut(false)
    :: else
    fi
  od
}

init {
  byte n;
  atomic {
    for (n : 1 .. SENDERS) { run Sender(n) }
    for (n : 1 .. TRIPPERS) { run Tripper(n) }
#ifdef RECOVERS
    run Recovery();
#else
    run Operator();
#endif
    n = 0
  }
}
