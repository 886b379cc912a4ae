/* descriptors.c - see descriptors.h. */
#include "transport/descriptors.h"

#include <dirent.h>
#include <stddef.h>
#include <sys/resource.h>

void transport_descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

bool transport_descriptors_low(void)
{
    struct rlimit limit;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return true; /* not even one for the question */
    }
    rlim_t used = 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe): ours alone */
        used += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && used >= limit.rlim_cur - limit.rlim_cur / 10;
}
