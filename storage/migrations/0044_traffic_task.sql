-- The comments are read in the background by the events that tell of them: see tasks.
DELETE FROM settings WHERE name = 'traffic_reader';
