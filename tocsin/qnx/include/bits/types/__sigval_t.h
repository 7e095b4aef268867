/* Public. The value that a signal, an event or a pulse carries; in the place of glibc's, which
   lacks sival_long. */
#ifndef ____sigval_t_defined
#define ____sigval_t_defined

union sigval {
    int sival_int;
    void* sival_ptr;
    long sival_long;
};
typedef union sigval __sigval_t;

#endif
