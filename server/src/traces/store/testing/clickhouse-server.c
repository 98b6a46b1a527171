/* A real ClickHouse server out of libchdb, for tests: clickhouse-local's main with its arguments passed on. */
struct local_result_v2;
extern struct local_result_v2 *query_stable_v2(int argc, char **argv);

int main(int argc, char **argv) {
    query_stable_v2(argc, argv);
    return 0;
}
