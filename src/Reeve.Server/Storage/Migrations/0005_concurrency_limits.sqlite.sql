create table concurrency_limit (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null unique,
    max_slots integer not null,
    active integer not null default 1,
    slot_decay_per_second real not null default 0,
    denied_slots integer not null default 0,
    avg_slot_occupancy_seconds real not null default 2
) without rowid;

-- expires null: held until it is given back. holder_type null and expires null: taken without a lease by somebody unnamed.
-- flow_run_id: the run whose end gives it back
create table concurrency_lease (
    id blob not null primary key,
    created integer not null,
    expires integer,
    holder_type text,
    holder_id blob,
    flow_run_id blob
) without rowid;
create index concurrency_lease_expires on concurrency_lease (expires) where expires is not null;
create index concurrency_lease_holder on concurrency_lease (holder_id) where holder_id is not null;
create index concurrency_lease_flow_run on concurrency_lease (flow_run_id) where flow_run_id is not null;

-- drains_from: seconds since 1970 from which a limit with a decay frees these slots, one after the other
create table concurrency_slot (
    limit_id blob not null references concurrency_limit (id) on delete cascade,
    lease_id blob not null references concurrency_lease (id) on delete cascade,
    slots integer not null,
    acquired integer not null,
    drains_from real not null,
    primary key (limit_id, lease_id)
) without rowid;
create index concurrency_slot_lease on concurrency_slot (lease_id);

alter table deployment add column concurrency_limit_id blob references concurrency_limit (id) on delete set null;
create index deployment_concurrency_limit on deployment (concurrency_limit_id) where concurrency_limit_id is not null;
insert into concurrency_limit (id, created, updated, name, max_slots)
    select id, created, updated, 'deployment:' || lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)),
        concurrency_limit
    from deployment where concurrency_limit is not null;
update deployment set concurrency_limit_id = id where concurrency_limit is not null;

-- whoever is deleted holds nothing, by whatever way it was deleted
create trigger flow_run_gives_back after delete on flow_run
begin
    delete from concurrency_lease where holder_id = old.id;
end;
create trigger task_run_gives_back after delete on task_run
begin
    delete from concurrency_lease where holder_id = old.id;
end;
