"""The thin trainer of ckit: it reads shards and hands them to a trainer in the order of the curriculum."""
