/*
 * The ring between one writer and one reader: groups of records of one or two slots, published together; cached indexes; a
 * PAD where a record would straddle the ring's end; indexes that wrap; a reader that sleeps.
 *
 * Every comment of the form `file: text` quotes, whole, the line of the source that the statement after it stands for;
 * test/breaker/models.test.ts compares them. wasm/ring.ts and engine/memory/ring.ts do the same on the same words: where
 * both have a line, both are quoted. Indexes wrap at 2^32 there and at WRAP here.
 *
 * What is asserted: the reader meets every record, whole, once and in order; a look at the ring shows whole groups; nothing
 * is written to a slot that the reader has not given back, or read from one that is not published; no record straddles the
 * end; occupancy is within 0..capacity; nobody waits for ever (Spin's invalid end states).
 */
#define CAPACITY 4
#define WRAP 8
#ifndef RECORDS
#define RECORDS 6
#endif
#define PAD 100
#define TOUCHED 101

#ifdef CAPACITY_PLUS_ONE
#define ROOM (CAPACITY + 1)
#else
#define ROOM CAPACITY
#endif

/* First and second half of what a slot holds, written and read one after the other. */
byte low[CAPACITY];
byte high[CAPACITY];

byte head = 6;
byte tail = 6;
byte claimed = 6;
byte cachedHead = 6;
byte cachedTail = 6;
bool sleeping;
bool asleep;

/* Seen by nobody: records written and published, and where each group ends. */
byte written;
bool endsGroup[RECORDS];

#define PLACE(index) ((index) % CAPACITY)
#define BETWEEN(from, to) (((to) + WRAP - (from)) % WRAP)

inline free(wanted) {
  /* wasm/ring.ts: const free = end + load<u32>(ring, RING_CACHED_HEAD); */
  /* engine/memory/ring.ts: let free = this.capacity - ((claimed - i32[this.#cachedHeadWord]!) | 0); */
  room = ROOM - BETWEEN(cachedHead, claimed);
  if
  /* wasm/ring.ts: if (free >= wanted) return free; */
  /* engine/memory/ring.ts: if (free < wanted) { */
  :: room >= wanted
  :: else ->
#ifndef HEAD_STAYS_STALE
    /* wasm/ring.ts: const head = atomic.load<u32>(ring, RING_HEAD); */
    /* engine/memory/ring.ts: i32[this.#cachedHeadWord] = Atomics.load(i32, this.#headWord); */
    cachedHead = head;
#endif
    room = ROOM - BETWEEN(cachedHead, claimed)
  fi
}

inline write(place, value) {
  assert(BETWEEN(head, claimed) < CAPACITY);
  low[place] = value;
  high[place] = value
}

inline claimOne() {
  /* wasm/ring.ts: store<u32>(ring, claimed + slots, RING_CLAIMED); */
  /* engine/memory/ring.ts: i32[this.#claimedWord] = (claimed + slots) | 0; */
#ifdef TAIL_BEFORE_DATA
  tail = (claimed + 1) % WRAP;
#endif
  write(PLACE(claimed), written);
  claimed = (claimed + 1) % WRAP;
  written++
}

inline claimTwo() {
  if
#ifndef NO_PAD
  /* wasm/ring.ts: if (slots === 2 && (claimed & mask) === mask) { */
  /* engine/memory/ring.ts: if (slots === 2 && (claimed & this.#mask) === this.#mask) { */
  :: PLACE(claimed) == CAPACITY - 1 ->
    /* wasm/ring.ts: store<u8>(ring + RING_SLOTS + <usize>mask * RING_SLOT_BYTES, KIND_PAD, RECORD_KIND); */
    /* engine/memory/ring.ts: this.#bytes[this.at + L.RING_SLOTS + (this.#mask << SLOT_SHIFT) + L.RECORD_KIND] = L.KIND_PAD; */
    write(CAPACITY - 1, PAD);
    claimed = (claimed + 1) % WRAP
#endif
  :: else
  fi;
  assert(PLACE(claimed) != CAPACITY - 1);
  write(PLACE(claimed), written);
  claimed = (claimed + 1) % WRAP;
  write(PLACE(claimed), written);
  claimed = (claimed + 1) % WRAP;
  written++
}

inline publish() {
#ifdef SLEEPER_LOOKED_FOR_FIRST
  wasSleeping = sleeping;
#endif
  /* wasm/ring.ts: atomic.store<u32>(ring, claimed, RING_TAIL); */
  /* engine/memory/ring.ts: Atomics.store(i32, this.#tailWord, i32[this.#claimedWord]!); */
  d_step { tail = claimed; assert(BETWEEN(head, tail) <= CAPACITY) };
#ifndef SLEEPER_LOOKED_FOR_FIRST
  wasSleeping = sleeping;
#endif
  /* wasm/ring.ts: if (atomic.load<i32>(ring, RING_SLEEPING) !== 0) atomic.notify(ring + RING_TAIL, 1); */
  /* engine/memory/ring.ts: if (Atomics.load(i32, this.#sleepingWord) !== 0) Atomics.notify(i32, this.#tailWord, 1); */
  if
  :: wasSleeping -> asleep = false
  :: else
  fi;
  if
#ifdef TOUCHED_BLINDLY
  :: low[PLACE(claimed)] = TOUCHED
#else
  /* wasm/ring.ts: if (claimed - load<u32>(ring, RING_CACHED_HEAD) < capacity) { */
  :: BETWEEN(cachedHead, claimed) < CAPACITY ->
    /* wasm/ring.ts: store<u8>(ring + RING_SLOTS + <usize>(claimed & (capacity - 1)) * RING_SLOT_BYTES, KIND_PAD, RECORD_KIND); */
    low[PLACE(claimed)] = TOUCHED
  :: else
#endif
  fi
}

/* Writes groups of a one-slot record, a two-slot record, or one of each, until all records are out; waits for room. */
proctype Writer() {
  byte room, wanted, seenHead;
  bool one, two, wasSleeping;
  do
  :: written < RECORDS ->
    d_step { one = false; two = false };
    if
    :: one = true
    :: two = true
    :: written + 1 < RECORDS -> d_step { one = true; two = true }
    fi;
#ifdef PAD_NOT_COUNTED
    wanted = (one -> 1 : 0) + (two -> 2 : 0);
#else
    wanted = (one -> 1 : 0) + (two -> 3 : 0);
#endif
    do
    :: true ->
      seenHead = head;
      free(wanted);
      if
      :: room >= wanted -> break
      :: else -> head != seenHead
      fi
    od;
    if
    :: one -> endsGroup[written] = !two; claimOne()
    :: else
    fi;
#ifdef RECORDS_PUBLISHED_ALONE
    if
    :: one && two -> publish()
    :: else
    fi;
#endif
    if
    :: two -> endsGroup[written] = true; claimTwo()
    :: else
    fi;
    publish();
    d_step { room = 0; wanted = 0; seenHead = 0; one = false; two = false; wasSleeping = false }
  :: else -> break
  od
}

inline look() {
  /* wasm/ring.ts: const ready = load<u32>(ring, RING_CACHED_TAIL) - head; */
  /* engine/memory/ring.ts: let ready = (i32[this.#cachedTailWord]! - head) | 0; */
  ready = BETWEEN(head, cachedTail);
  if
  /* wasm/ring.ts: if (ready !== 0) return ready; */
  /* engine/memory/ring.ts: if (ready === 0) { */
  :: ready == 0 ->
    /* wasm/ring.ts: const tail = atomic.load<u32>(ring, RING_TAIL); */
    /* engine/memory/ring.ts: i32[this.#cachedTailWord] = Atomics.load(i32, this.#tailWord); */
    cachedTail = tail;
#ifdef INDEXES_COMPARED
    ready = (cachedTail > head -> cachedTail - head : 0)
#else
    ready = BETWEEN(head, cachedTail)
#endif
  :: else
  fi;
  assert((ready == 0) == (cachedTail == head))
}

inline release(count) {
  /* wasm/ring.ts: atomic.store<u32>(ring, load<u32>(ring, RING_HEAD) + slots, RING_HEAD); */
  /* engine/memory/ring.ts: Atomics.store(i32, this.#headWord, (i32[this.#headWord]! + slots) | 0); */
  head = (head + count) % WRAP
}

/* Takes all that is ready, in order; sleeps when nothing is. */
proctype Reader() {
  byte ready, met, ahead, parked, first;
  do
  :: met < RECORDS ->
    look();
    if
    :: ready == 0 ->
      /* engine/memory/ring.ts: Atomics.store(i32, this.#sleepingWord, 1); */
      sleeping = true;
      /* engine/memory/ring.ts: const tail = Atomics.load(i32, this.#tailWord); */
      parked = tail;
      /* engine/memory/ring.ts: if (tail === i32[this.#headWord]!) Atomics.wait(i32, this.#tailWord, tail, timeoutMs); */
      if
      :: parked == head ->
        atomic {
          if
          :: tail == parked -> asleep = true
          :: else
          fi
        };
        !asleep
      :: else
      fi;
      /* engine/memory/ring.ts: Atomics.store(i32, this.#sleepingWord, 0); */
      sleeping = false;
      parked = 0
    :: else ->
      first = head;
#ifdef RELEASED_BEFORE_READ
      release(ready);
#endif
      ahead = 0;
      do
      :: ahead < ready ->
        if
        :: low[PLACE(first + ahead)] == PAD -> ahead++
        :: else ->
          /* The first half of a record says how many slots it has; here its twin in the next slot does. */
          assert(low[PLACE(first + ahead)] == met);
          assert(high[PLACE(first + ahead)] == met);
          if
          :: ahead + 1 < ready && low[PLACE(first + ahead + 1)] == met ->
            assert(high[PLACE(first + ahead + 1)] == met);
            ahead = ahead + 2
          :: else -> ahead++
          fi;
          met++
        fi
      :: else -> break
      od;
      assert(endsGroup[met - 1]);
#ifndef RELEASED_BEFORE_READ
      release(ready);
#endif
      d_step { ready = 0; ahead = 0; first = 0 }
    fi
  :: else -> break
  od
}

init {
  atomic { run Writer(); run Reader() }
}
