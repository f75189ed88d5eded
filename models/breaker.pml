/*
 * The breaker's protocol: announce, re-read, check, send, retire, against trips that wait and resets by compare-and-swap.
 *
 * Every comment of the form `file: text` quotes, whole, the line of the source that the statement after it stands for;
 * test/breaker/models.test.ts compares them. Memory is sequentially consistent, as Atomics and WASM's atomics are.
 *
 * What is asserted: no byte of an order leaves after a trip returned clear and before a reset; a reset erases no cause
 * that the operator has not seen; without a deadline nobody waits for ever (Spin's invalid end states).
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

byte slots[SLOTS];
byte causes;
bool stateOpen;
byte waiters;

/* What Atomics.wait and notify keep: the slot that a thread sleeps on. */
byte sleepsOn[THREADS] = NONE;
bool timedOut[THREADS];

/* Seen by nobody: resets so far, and whether a trip returned clear with no reset since. */
byte resets;
bool quiet;
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

inline isOpen() {
  /* wasm/breaker.ts: return <i32>(atomic.load<u64>(BREAKER_AT, BREAKER_STATE) !== 0); */
  open = stateOpen || causes != 0
}

inline announce(id) {
  d_step { at = 0; taken = NONE };
  do
  /* wasm/breaker.ts: for (let slot: i32 = 0; slot < BREAKER_IN_FLIGHT_SLOTS; slot += 1) { */
  :: at < SLOTS && taken == NONE ->
    if
#ifdef CLAIM_WITHOUT_SWAP
    :: slots[at] == 0 -> slots[at] = id; taken = at
#else
    /* wasm/breaker.ts: if (atomic.load<i32>(at) === 0 && atomic.cmpxchg<i32>(at, 0, batchId) === 0) return slot; */
    :: slots[at] == 0 ->
      if
      :: atomic { slots[at] == 0 -> slots[at] = id; taken = at }
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
  retire(taken);
#endif
  assert(!quiet)
}

inline trip(cause, own) {
#ifdef SLOTS_BEFORE_OPENING
  d_step { for (s : 0 .. (SLOTS - 1)) { seen[s] = slots[s] } s = 0 }
#endif
  d_step {
    /* engine/breaker/breaker.ts: Atomics.or(this.#i32, CAUSES_WORD, causeBit); */
    causes = causes | cause;
    epoch = resets
  };
  /* engine/breaker/breaker.ts: Atomics.store(this.#i32, STATE_WORD, L.BREAKER_OPEN); */
  d_step { stateOpen = true; clear = true; s = 0 };
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
  byte batch, at, taken, w, s, held, epoch;
  bool open, clear;
#ifdef SLOTS_BEFORE_OPENING
  byte seen[SLOTS];
#endif
  do
  :: batch < BATCHES ->
    batch++;
#ifdef NO_ANNOUNCEMENT
    isOpen();
    if
    :: !open -> send()
    :: else
    fi
#else
#ifdef ANNOUNCED_AFTER_CHECK
    isOpen();
    announce(me * BATCHES + batch);
#else
    /* engine/breaker/gate.ts: const announced = ids.filter((id) => this.#breaker.announce(id) !== NO_SLOT); */
    announce(me * BATCHES + batch);
    /* engine/breaker/gate.ts: return this.#breaker.isOpen() ? 'BREAKER_OPEN' : this.#refusal(basket, nowNs); */
    isOpen();
#endif
    if
    :: taken == NONE
    :: else ->
      if
      :: !open -> send()
      :: open
      /* The journal fails, an assertion fails: this thread trips while its own batch is announced. */
      :: me == 1 -> trip(4, me * BATCHES + batch)
      fi;
#ifdef RETIRE_BEFORE_LAST_BYTE
      if
      :: slots[taken] == me * BATCHES + batch -> retire(taken)
      :: else
      fi
#else
      /* engine/breaker/breaker.ts: this.#wasm.breakerRetire(slot); */
      retire(taken)
#endif
    fi
#endif
    ;
    d_step { at = 0; taken = 0; open = false }
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

/* An operator: reads the causes, thinks, resets what was read. */
proctype Operator() {
  byte expected;
  bool done;
  do
  :: ended == SENDERS + TRIPPERS || done -> break
  :: causes != 0 && !done ->
    expected = causes;
#ifdef RESET_WITHOUT_SWAP
    d_step { assert(causes == expected); causes = 0; resets++; quiet = false };
    done = true;
#else
    /* engine/breaker/breaker.ts: if (Atomics.compareExchange(this.#i32, CAUSES_WORD, expectedCauses, 0) !== expectedCauses) return false; */
    d_step {
      if
      :: causes == expected -> causes = 0; resets++; quiet = false; done = true
      :: else
      fi
    };
#endif
    if
    :: done ->
      /* engine/breaker/breaker.ts: Atomics.store(this.#i32, STATE_WORD, L.BREAKER_CLOSED); */
      stateOpen = false;
      /* engine/breaker/breaker.ts: if (Atomics.load(this.#i32, CAUSES_WORD) !== 0) Atomics.store(this.#i32, STATE_WORD, L.BREAKER_OPEN); */
      if
      :: causes != 0 -> stateOpen = true
      :: else
      fi
    :: else
    fi
  od
}

init {
  byte n;
  atomic {
    for (n : 1 .. SENDERS) { run Sender(n) }
    for (n : 1 .. TRIPPERS) { run Tripper(n) }
    run Operator();
    n = 0
  }
}
