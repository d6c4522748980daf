create table concurrency_limit (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null unique,
    max_slots integer not null,
    active boolean not null default true,
    slot_decay_per_second double precision not null default 0,
    denied_slots integer not null default 0,
    avg_slot_occupancy_seconds double precision not null default 2
);

-- expires null: held until it is given back. holder_type null and expires null: taken without a lease by somebody unnamed.
-- flow_run_id: the run whose end gives it back
create table concurrency_lease (
    id uuid not null primary key,
    created timestamptz not null,
    expires timestamptz,
    holder_type text,
    holder_id uuid,
    flow_run_id uuid
);
create index concurrency_lease_expires on concurrency_lease (expires) where expires is not null;
create index concurrency_lease_holder on concurrency_lease (holder_id) where holder_id is not null;
create index concurrency_lease_flow_run on concurrency_lease (flow_run_id) where flow_run_id is not null;

-- drains_from: seconds since 1970 from which a limit with a decay frees these slots, one after the other
create table concurrency_slot (
    limit_id uuid not null references concurrency_limit (id) on delete cascade,
    lease_id uuid not null references concurrency_lease (id) on delete cascade,
    slots integer not null,
    acquired timestamptz not null,
    drains_from double precision not null,
    primary key (limit_id, lease_id)
);
create index concurrency_slot_lease on concurrency_slot (lease_id);

alter table deployment add column concurrency_limit_id uuid references concurrency_limit (id) on delete set null;
create index deployment_concurrency_limit on deployment (concurrency_limit_id) where concurrency_limit_id is not null;
insert into concurrency_limit (id, created, updated, name, max_slots)
    select id, created, updated, 'deployment:' || id::text, concurrency_limit from deployment where concurrency_limit is not null;
update deployment set concurrency_limit_id = id where concurrency_limit is not null;

-- whoever is deleted holds nothing, by whatever way it was deleted
create function give_back_slots() returns trigger language plpgsql as $$
begin
    delete from concurrency_lease where holder_id = old.id;
    return null;
end $$;
create trigger flow_run_gives_back after delete on flow_run for each row execute function give_back_slots();
create trigger task_run_gives_back after delete on task_run for each row execute function give_back_slots();
