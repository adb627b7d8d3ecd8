-- Acts in doubt are few, refused ones grow for ever: each has an index of its own, so that nobody walks through old refusals to find a doubt.
DROP INDEX effect_doubt;
CREATE INDEX effect_doubt ON effect (ended_at, store_id) WHERE state IN ('in_doubt', 'contradicted');
CREATE INDEX effect_refused ON effect (ended_at, store_id) WHERE state = 'refused';
