# Runs programs, one after the other, for whoever holds this channel. Its input carries frames for us, its output frames from us;
# when the input ends, the other end is gone, and so is what runs, with all of its session.
#
# A frame is a letter, four bytes of length, and so many bytes.
#   to us:    j a job: columns and rows of its terminal or 0, has it input, and the program   i input   c close input
#             s signal by name   k end it all: seconds until SIGKILL   r columns and rows
#   from us:  p process group   o stdout   e stderr   a input taken, in bytes   x `code <n>` or `signal <n>`, last of a job
# Whoever sends input keeps to a window: what was sent and not yet told as taken.
use POSIX ();

# A shell's start-up files may have written before us; what counts begins here.
syswrite STDOUT, "\0\0devbox-exec\0\0";

my $chunk = 65_536;
my ($out, $in_control, $is_control_over) = ("", "", 0);
# Of the job at hand.
my ($job, $child, $is_tty, $to_child, %from_child, $input, $is_input_over, $is_ending, $kill_at, $status);

# A child's end wakes the wait through a pipe: a signal between a look and the wait would else be missed.
pipe(my $ended, my $end) or die "pipe: $!";
non_blocking($ended, $end, \*STDIN, \*STDOUT);
$SIG{CHLD} = sub { syswrite $end, "x" };
$SIG{$_} = "IGNORE" for qw(PIPE HUP TERM INT);

until ($is_control_over) {
	$job = undef;
	obey_all();
	if (defined $job) {
		run_job();
		next;
	}
	my $readers = "";
	want(\$readers, \*STDIN);
	read_control() if select($readers, undef, undef, undef) > 0;
}

sub run_job {
	my ($columns, $rows, $has_input, @list) = unpack "(N/a*)*", $job;
	my $program = take_program(\@list);
	($is_tty, $input, $is_input_over, $is_ending, $kill_at, $status) = ($columns > 0, "", !$has_input, 0, 0, undef);
	($child, $to_child, %from_child) = $is_tty ? start_on_terminal($program, $columns, $rows) : start_on_pipes($program);
	frame("p", $child);
	close_input() if $is_input_over && !$is_tty;
	non_blocking($_) for grep { defined } $to_child, values %from_child;
	serve();
	%from_child = ();
	$to_child = $child = undef;
}

sub start_on_pipes {
	my ($program) = @_;
	pipe(my $in, my $to) or die "pipe: $!";
	pipe(my $out_of, my $out_to) or die "pipe: $!";
	pipe(my $err_of, my $err_to) or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		begin($program, $in, $out_to, $err_to);
	}
	return ($pid, $to, o => $out_of, e => $err_of);
}

# A terminal of our own and not sshd's: the channel then stays free for frames. Numbers of asm-generic/ioctls.h.
sub start_on_terminal {
	my ($program, $columns, $rows) = @_;
	open my $master, "+<", "/dev/ptmx" or die "cannot open a terminal: $!";
	my $number = pack "i", 0;
	ioctl $master, 0x40045431, $number or die "TIOCSPTLCK: $!";
	ioctl $master, 0x80045430, $number or die "TIOCGPTN: $!";
	# Open before the fork: a terminal that nobody has open reads as ended.
	sysopen my $slave, "/dev/pts/" . unpack("i", $number), POSIX::O_RDWR() | POSIX::O_NOCTTY()
		or die "cannot open the terminal: $!";
	resize($master, $columns, $rows);
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		$ENV{TERM} = "xterm-256color";
		begin($program, $slave, $slave, $slave);
	}
	return ($pid, $master, o => $master);
}

# The child: a session of its own, whose processes are all found when it has to end.
sub begin {
	my ($program, $in, $out_to, $err_to) = @_;
	$SIG{$_} = "DEFAULT" for qw(CHLD PIPE HUP TERM INT);
	POSIX::setsid();
	# TIOCSCTTY.
	ioctl $in, 0x540E, 0 if $is_tty;
	open STDIN, "<&", $in;
	open STDOUT, ">&", $out_to;
	open STDERR, ">&", $err_to;
	set_environment($program);
	become($program);
}

# TIOCSWINSZ.
sub resize {
	my ($terminal, $wide, $high) = @_;
	my $size = pack "S4", $high, $wide, 0, 0;
	ioctl $terminal, 0x5414, $size;
}

sub non_blocking {
	fcntl $_, POSIX::F_SETFL(), fcntl($_, POSIX::F_GETFL(), 0) | POSIX::O_NONBLOCK() for @_;
}

sub frame {
	my ($letter, $bytes) = @_;
	# After the end comes what belongs to the next job.
	return if $is_control_over || ($status // "") eq "told";
	$out .= $letter . pack("N/a*", $bytes);
}

# Children in the background may hold the pipes when the job has ended: they get until it is quiet for a moment, and 2 s at most,
# of time in which we listen: while our reader takes nothing, what the job wrote last still lies in the pipes.
sub serve {
	my $patience = 2;
	# What came along with the job.
	obey_all();
	until (is_done($patience)) {
		my ($readers, $writers) = ("", "");
		want(\$readers, $ended);
		want(\$readers, \*STDIN) if !$is_control_over;
		my $is_listening = length $out < $chunk;
		if ($is_listening) { want(\$readers, $_) for values %from_child }
		want(\$writers, \*STDOUT) if length $out;
		want(\$writers, $to_child) if $to_child && length $input;
		my $is_closing = $is_listening && defined $status && !$is_ending;
		my $wait = $is_ending ? 0.05 : $is_closing ? 0.25 : undef;
		my ($count, $left) = select $readers, $writers, undef, $wait;
		next if $count < 0;
		# What never lets us wait is bounded too: a look counts as a millisecond.
		if ($is_closing) { $patience = $count ? $patience - 0.001 - ($wait - $left) : 0 }
		if (!$is_control_over && has($readers, \*STDIN)) {
			read_control();
			obey_all();
		}
		sysread $ended, my $ignored, 64 if has($readers, $ended);
		for my $name (keys %from_child) {
			take_output($name) if has($readers, $from_child{$name});
		}
		give_input() if $to_child && length $input;
		reap();
		flush_output() if length $out;
		signal_all("KILL") if $is_ending && time >= $kill_at;
	}
}

# Told the end, and got rid of it.
sub is_done {
	my ($patience) = @_;
	return 0 if !defined $status;
	if ($status ne "told") {
		return 0 if $is_ending && time < $kill_at + 2 && is_session_alive();
		return 0 if !$is_ending && %from_child && $patience > 0;
		frame("x", $status & 127 ? "signal " . ($status & 127) : "code " . ($status >> 8));
		$status = "told";
		%from_child = ();
	}
	flush_output();
	return !length $out;
}

sub want {
	my ($set, $handle) = @_;
	vec($$set, fileno $handle, 1) = 1;
}

sub has {
	my ($set, $handle) = @_;
	return vec($set, fileno $handle, 1);
}

sub flush_output {
	while (length $out) {
		my $written = syswrite STDOUT, $out, $chunk;
		if (!defined $written) {
			next if $! == $EINTR;
			return if $! == $EAGAIN;
			control_over();
			return;
		}
		substr $out, 0, $written, "";
	}
}

sub take_output {
	my ($name) = @_;
	my $got = sysread $from_child{$name}, my $bytes, $chunk;
	return if !defined $got && ($! == $EAGAIN || $! == $EINTR);
	# A terminal that nobody has open any more answers with an error.
	if (!$got) {
		delete $from_child{$name};
		return;
	}
	frame($name, $bytes);
}

sub read_control {
	my $got = sysread STDIN, $in_control, $chunk, length $in_control;
	return if !defined $got && ($! == $EAGAIN || $! == $EINTR);
	control_over() if !$got;
}

sub obey_all {
	while (length $in_control >= 5) {
		my ($letter, $length) = unpack "aN", $in_control;
		last if length $in_control < 5 + $length;
		my $bytes = substr $in_control, 5, $length;
		substr $in_control, 0, 5 + $length, "";
		# What was meant for the job before came too late.
		if ($child) { obey($letter, $bytes) }
		elsif ($letter eq "j") {
			$job = $bytes;
			return;
		}
	}
}

sub obey {
	my ($letter, $bytes) = @_;
	if ($letter eq "i") {
		if ($to_child && !$is_input_over) { $input .= $bytes }
		else { frame("a", length $bytes) }
	} elsif ($letter eq "c") {
		$is_input_over = 1;
		# What a person types to end the input of a terminal.
		if ($is_tty) { $input .= "\004" }
		elsif (!length $input) { close_input() }
	} elsif ($letter eq "s") {
		kill($bytes, -$child) || kill $bytes, $child;
	} elsif ($letter eq "k") {
		end_all($bytes);
	} elsif ($letter eq "r" && $is_tty) {
		resize($to_child, unpack "nn", $bytes);
	}
}

sub give_input {
	while (length $input) {
		my $written = syswrite $to_child, $input, $chunk;
		if (!defined $written) {
			next if $! == $EINTR;
			return if $! == $EAGAIN;
			# Nobody reads any more: the rest counts as taken, or the sender would wait for ever.
			frame("a", length $input);
			$input = "";
			close_input();
			return;
		}
		substr $input, 0, $written, "";
		frame("a", $written);
	}
	close_input() if $is_input_over && !$is_tty;
}

sub close_input {
	$is_input_over = 1;
	$to_child = undef if !$is_tty;
}

sub control_over {
	return if $is_control_over;
	$is_control_over = 1;
	$out = "";
	end_all(2) if $child;
}

sub end_all {
	my ($grace_seconds) = @_;
	my $at = time + $grace_seconds + 1;
	$kill_at = $at if !$is_ending || $at < $kill_at;
	return if $is_ending;
	$is_ending = 1;
	signal_all("TERM");
	# What is stopped hears nothing else.
	signal_all("CONT");
}

# Before the child has made its session there is only itself.
sub signal_all {
	my ($name) = @_;
	kill($name, -$child) || kill($name, $child) if !defined $status || kill 0, -$child;
	kill $name, session_members($child);
}

sub is_session_alive {
	return scalar session_members($child);
}

sub reap {
	while ((my $pid = waitpid -1, POSIX::WNOHANG()) > 0) {
		$status = $? if $child && $pid == $child;
	}
}
