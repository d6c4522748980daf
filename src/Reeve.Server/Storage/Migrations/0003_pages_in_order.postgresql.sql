-- the ends of these indexes were open: runs of one time were sorted before the first page could be cut from them
drop index flow_run_claim;
create index flow_run_claim on flow_run (work_queue_id, next_scheduled_start_time, id) where state_type = 'SCHEDULED' and work_queue_id is not null;
drop index flow_run_flow;
create index flow_run_flow on flow_run (flow_id, expected_start_time, id);
