-- Histories sum up the ended runs of the five minutes that an interval's end cuts: with these columns they need not look at the runs. Each is written anew with every state anyhow.
drop index flow_run_expected_start_time;
create index flow_run_expected_start_time on flow_run (expected_start_time, id) include (start_time, end_time, state_type, state_name, total_run_time);
