const MB = 1024 ** 2;
/** So long the engine keeps the parts that a merge took the place of, which may turn out not to be whole. */
const OLD_PARTS_SECONDS = 45;

/**
 * The engine's configuration file: bounded memory, small caches, few background threads. However many parts are
 * found broken at its start, they are put aside and the others are served. Small parts are merged several at a
 * time (`docs/reference/clickhouse.md` 2).
 */
export function engineConfig(memory: number): string {
  return `<clickhouse>
  <logger><level>none</level></logger>
  <max_server_memory_usage>${memory}</max_server_memory_usage>
  <mark_cache_size>${32 * MB}</mark_cache_size>
  <index_mark_cache_size>${16 * MB}</index_mark_cache_size>
  <primary_index_cache_size>${64 * MB}</primary_index_cache_size>
  <text_index_header_cache_size>${16 * MB}</text_index_header_cache_size>
  <text_index_tokens_cache_size>${16 * MB}</text_index_tokens_cache_size>
  <text_index_postings_cache_size>0</text_index_postings_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
  <query_cache><max_size_in_bytes>0</max_size_in_bytes></query_cache>
  <compiled_expression_cache_size>${4 * MB}</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
  <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
  <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
  <max_concurrent_queries>32</max_concurrent_queries>
  <merge_tree>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    <max_bytes_to_merge_at_max_space_in_pool>${4096 * MB}</max_bytes_to_merge_at_max_space_in_pool>
    <old_parts_lifetime>${OLD_PARTS_SECONDS}</old_parts_lifetime>
    <merge_selector_enable_heuristic_to_remove_small_parts_at_right>0</merge_selector_enable_heuristic_to_remove_small_parts_at_right>
    <max_suspicious_broken_parts>1000000</max_suspicious_broken_parts>
    <max_suspicious_broken_parts_bytes>1000000000000000</max_suspicious_broken_parts_bytes>
    <max_parts_to_merge_at_once>${partsAtOnce(memory)}</max_parts_to_merge_at_once>
    <merge_max_block_size>2048</merge_max_block_size>
    <merge_max_block_size_bytes>${4 * MB}</merge_max_block_size_bytes>
  </merge_tree>
</clickhouse>
`;
}

/**
 * A merge holds the first rows of each of its parts: some 50 MB of one that an insert made, where traces are large. One
 * that does not fit into memory would be tried without end, and there may be two at a time.
 */
function partsAtOnce(memory: number): number {
  return Math.min(10, Math.max(3, Math.floor(memory / (130 * MB))));
}
