/* Public. Changes of a number that no other thread sees by halves. (QNX: atomic_add(), ...) */
#ifndef _ATOMIC_H_INCLUDED
#define _ATOMIC_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

/* Each is a full barrier; the form with _value returns what was there before. */
#define TOCSIN_ATOMIC(name, fetch, change)                                                         \
    static __inline__ void atomic_##name(volatile unsigned* number, unsigned operand) {            \
        (void)fetch(number, change, __ATOMIC_SEQ_CST);                                             \
    }                                                                                              \
    static __inline__ unsigned atomic_##name##_value(volatile unsigned* number,                    \
                                                     unsigned operand) {                           \
        return fetch(number, change, __ATOMIC_SEQ_CST);                                            \
    }

TOCSIN_ATOMIC(add, __atomic_fetch_add, operand)
TOCSIN_ATOMIC(sub, __atomic_fetch_sub, operand)
TOCSIN_ATOMIC(set, __atomic_fetch_or, operand)
TOCSIN_ATOMIC(clr, __atomic_fetch_and, ~operand)
TOCSIN_ATOMIC(toggle, __atomic_fetch_xor, operand)

#undef TOCSIN_ATOMIC

#endif
