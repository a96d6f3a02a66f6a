// What jemalloc reads when a program starts. Few threads allocate much, and most have a cache of their own: two arenas
// are as fast as eight and keep less.
extern "C" {
const char* malloc_conf = "narenas:2";
}
