/*
 * The musl client: what a workload in an Alpine image does with a name. It has two verbs of the prober, `wait` and
 * `resolve NAME[/TYPE]...`, and prints the same lines as the prober does for `--via system`. The answer is the C library's:
 * search path, ndots, A and AAAA asked in parallel, and TCP after a truncated answer are all inside getaddrinfo.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 64 };
static char answers[MOST][NI_MAXHOST];

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

/* Both families are asked for, as most programs do, and the one that was wanted is kept. */
static int addresses(const char *name, int family, int *count)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list;
    int error = getaddrinfo(name, NULL, &hints, &list);
    if (error) return error;
    for (struct addrinfo *a = list; a; a = a->ai_next)
        if (a->ai_family == family && *count < MOST)
            getnameinfo(a->ai_addr, a->ai_addrlen, answers[(*count)++], NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(list);
    qsort(answers, *count, NI_MAXHOST, by_text);
    return *count ? 0 : EAI_NODATA;
}

static int name_of(const char *address, int *count)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list;
    int error = getaddrinfo(address, NULL, &hints, &list);
    if (error) return error;
    error = getnameinfo(list->ai_addr, list->ai_addrlen, answers[0], NI_MAXHOST, NULL, 0, NI_NAMEREQD);
    freeaddrinfo(list);
    *count = error == 0;
    return error;
}

static int resolve(char *name)
{
    struct timespec start, end;
    char *slash = strrchr(name, '/');
    const char *type = slash ? slash + 1 : "A";
    int count = 0;
    if (slash) *slash = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int error = !strcmp(type, "PTR") ? name_of(name, &count) : addresses(name, strcmp(type, "AAAA") ? AF_INET : AF_INET6, &count);
    clock_gettime(CLOCK_MONOTONIC, &end);

    printf("{\"name\":\"%s\",\"type\":\"%s\",\"via\":\"system\",\"outcome\":\"%s\",\"answers\":[", name, type,
        !error ? "ok" : error == EAI_NONAME ? "nxdomain" : error == EAI_NODATA ? "nodata" : error == EAI_AGAIN ? "tryagain" : "error");
    for (int i = 0; i < count; i++) printf("%s\"%s\"", i ? "," : "", answers[i]);
    printf("],\"micros\":%lld", (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000);
    if (error) printf(",\"problem\":\"%s\"",
        error == EAI_NONAME ? "HostNotFound" : error == EAI_NODATA ? "NoData" : error == EAI_AGAIN ? "TryAgain" : gai_strerror(error));
    puts("}");
    fflush(stdout);
    return error;
}

int main(int count, char **arguments)
{
    if (count == 2 && !strcmp(arguments[1], "wait")) {
        sigset_t ends; /* The first process of a container gets no default handling of signals. */
        int which;
        sigemptyset(&ends), sigaddset(&ends, SIGTERM), sigaddset(&ends, SIGINT);
        sigprocmask(SIG_BLOCK, &ends, NULL);
        return sigwait(&ends, &which);
    }

    int wrong = count < 3 || strcmp(arguments[1], "resolve");
    for (int i = 2; i < count && !wrong; i++) {
        char *slash = strrchr(arguments[i], '/');
        wrong = *arguments[i] == '-' || strpbrk(arguments[i], "\"\\") || (slash && strcmp(slash, "/A") && strcmp(slash, "/AAAA") && strcmp(slash, "/PTR"));
    }

    if (wrong) return fputs("usage: prober wait | prober resolve NAME[/A|/AAAA|/PTR]...   (through the C library only)\n", stderr), 2;
    int failed = 0;
    for (int i = 2; i < count; i++) failed |= resolve(arguments[i]);
    return failed != 0;
}
