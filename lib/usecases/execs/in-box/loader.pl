# The first process of a detached exec, under the supervisor: notes who it is, sets the clock, becomes the program.
my ($job_number, $input_number) = @ARGV;
open my $job, "<&=", $job_number or die "no job: $!";
my @list = do { local $/; unpack "(N/a*)*", scalar <$job> };
close $job;
my ($path, $timeout_ms, @rest) = @list;
if ($input_number >= 0) {
	open my $input, "<&=", $input_number or die "no input: $!";
	open STDIN, "<&", $input;
	close $input;
}
my $program = take_program(\@rest);
watch($path, $timeout_ms / 1000) if $timeout_ms > 0;
my $started = (stat_fields($$))[19];
open my $note, ">", "$path/started.new" or die "cannot write in $path: $!";
print $note "$$ $started\n";
close $note and rename "$path/started.new", "$path/started";
set_environment($program);
become($program);

# In a group of its own, and nobody's child: neither a signal to the program nor its wait for its children meets it.
sub watch {
	my ($path, $seconds) = @_;
	my $group = $$;
	my $pid = fork // die "fork: $!";
	if ($pid) {
		waitpid $pid, 0;
		return;
	}
	exit 0 if fork;
	setpgrp 0, 0;
	open STDIN, "<", "/dev/null";
	open STDOUT, ">", "/dev/null";
	open STDERR, ">", "/dev/null";
	require Time::HiRes;
	my $end = Time::HiRes::time() + $seconds;
	while ((my $left = $end - Time::HiRes::time()) > 0) {
		exit 0 if -e "$path/exit";
		select undef, undef, undef, $left < 1 ? $left : 1;
	}
	exit 0 if -e "$path/exit";
	if (open my $mark, ">", "$path/timeout") { close $mark }
	my $session = (stat_fields($group))[3] // 0;
	my @except = ($session => 1, $$ => 1);
	kill $_, -$group, $session ? session_members($session, @except) : () for qw(TERM CONT);
	select undef, undef, undef, 5;
	kill "KILL", -$group, $session ? session_members($session, @except) : ();
	exit 0;
}
