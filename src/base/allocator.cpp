// What jemalloc reads when a program starts. Few threads allocate much, and most have a cache of their own: two arenas
// are as fast as eight and keep less, and what is free is given back after a second rather than ten.
extern "C" {
const char* malloc_conf = "narenas:2,dirty_decay_ms:1000";
}
