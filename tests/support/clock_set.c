/* The clock as it is set while a program runs: from the moment at which $CLOCK_SET names a file, the wall clock is an hour
   behind, and ten minutes have passed. Loaded before the C library (ld.so(8), LD_PRELOAD). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    static int set;
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *file = getenv("CLOCK_SET");
    set = set || (file && access(file, F_OK) == 0);
    int result = real(clock, now);
    if (set && clock == CLOCK_REALTIME)
        now->tv_sec -= 3600;
    if (set && clock == CLOCK_MONOTONIC)
        now->tv_sec += 600;
    return result;
}
