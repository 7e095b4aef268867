"""What explains each plot, by the plot's name as the page has it above the drawing.

A plot of growth has N where its cases have the number: "timers: arm far, N". The sentence stands under
the drawing, after the figures that are taken from the run.
"""

SENTENCES: dict[str, str] = {
    "post one event, N threads":
        "Posts of an event that is pending already merge, so what is left is one read-modify-write of its"
        " word. With more threads that word's cache line goes from one to the next.",
    "post distinct events, ring of 1024, N threads":
        "Each post pushes an event onto the loop's stack, and the loop takes the whole stack at once: two"
        " cache lines go from the poster to the loop, however many events there are.",
    "post distinct events, ring of 65536, N threads":
        "As with 1,024, but the events no longer fit into the nearest cache. A long ring keeps the loop "
        "awake.",
    "loops: ping-pongs of N":
        "Loops share nothing, so pairs only share the processor. With more than one pair, some loop is "
        "ready to run when another falls asleep, and has lost the cache meanwhile.",
    "idle events: post one among N":
        "An event that nobody posts is in no list and no set of the kernel, so others cost nothing. "
        "Libraries that look at all their handles after each wake rise with the number.",
    "timers: arm far, N":
        "A timer is put into one slot of a wheel, which its deadline says. What rises is the price of "
        "memory beyond the caches; a heap compares more often the more timers there are.",
    "timers: arm near, N":
        "As for far deadlines: the slot lies on a lower level of the wheel, and the work is the same.",
    "timers: cancel, N":
        "Cancelling takes a timer from its list, by its two neighbours. In random order these are three "
        "misses of the cache once the timers no longer fit into it.",
    "timers: expire, N":
        "On its way to expiry a timer moves at most once for each level of the wheel. With few, the fixed"
        " part of a turn is shared by few.",
    "descriptors: dispatch, N":
        "The kernel reports what is ready, and its number finds the watch by a table: others cost nothing"
        " but the cache.",
    "descriptors: register, N":
        "One system call for each, and the kernel's tree of the set, which is deeper the more there are.",
    "descriptors: unregister, N":
        "One system call for each.",
    "descriptors: off and on, N":
        "A handler that is switched off and on again between two waits costs no system call; across a "
        "wait it costs one. What else is registered does not matter.",
    "epoll of N resources, one core":
        "The trigger of one resource wakes its poll alone: the kernel asks the server about that one.",
    "trigger, one of N fires":
        "Armed clients stand in a heap by their threshold, so a trigger looks at those that fire, and at "
        "one more.",
    "notify: broadcast to N clients in one process, one core":
        "One write into shared memory for each, and one wake for the process: the wake is shared by the "
        "more the more there are.",
    "notify: broadcast to N clients in N processes, one core":
        "Each process has to be woken, so the wake and the switch to it are what each costs.",
    "notify: cycle of N clients in one process, one core":
        "Each arming is a call of the kernel that its server answers; only the telling is shared.",
    "notify: cycle of N clients in N processes, one core":
        "Each arming is a call of the kernel that its server answers, and each process has to be woken.",
}
