-- Nothing here: on PostgreSQL this gives an index more columns.
select 1;
