// Stands in for the worker process of IIS, which has its logs open: w3wp -ap POOL [SHARE FILE]...
// Holds the files until standard input ends. SHARE is what others may do meanwhile, as CreateFile takes it: 0 nothing, 1 read,
// 3 read and write.
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **words) {
    for (int at = 3; at + 1 < count; at += 2) {
        HANDLE file = CreateFileA(words[at + 1], GENERIC_READ | GENERIC_WRITE, atoi(words[at]), NULL, OPEN_EXISTING, 0, NULL);
        if (file == INVALID_HANDLE_VALUE) {
            printf("%s: error %lu\n", words[at + 1], GetLastError());
            return 1;
        }
    }
    puts("held");
    fflush(stdout);
    getchar();
    return 0;
}
