# One request about detached execs of this user; each has a folder of its own, which /usr/lib/devbox/supervise fills (its head says
# with what). Beside that:
#   started   process id and start time of the program: a number that was given out again is not it
#   timeout   there when its time was up
my $home = (getpwuid $<)[7] // "/";
my $root = "$home/.local/state/devbox/execs";
my ($verb, @list) = read_list();
my %verbs = (
	start => \&start,
	look => \&look,
	signal => \&send_signal,
	cancel => \&cancel,
	remove => \&remove,
	follow => \&follow,
);
($verbs{$verb} // die "no such request: $verb")->(@list);
exit 0;

sub folder {
	my ($id) = @_;
	$id =~ /\Aexe_[0-9a-z]{1,40}\z/ or die "not an exec: $id";
	return "$root/$id";
}

# Prints the process group. The program's environment and input lie in files without a name: an argument list could be read by all.
sub start {
	my ($id, $timeout_ms, $loader, $has_input, $input, @program) = @_;
	my $path = "";
	for (split m{/}, substr folder($id), 1) {
		$path .= "/$_";
		mkdir $path, 0700;
	}
	-d $path or die "cannot make $path: $!";
	my $job = unnamed($path, pack "(N/a*)*", $path, $timeout_ms, @program);
	my $in = $has_input ? unnamed($path, $input) : undef;
	my $in_number = $in ? fileno $in : -1;
	# Both stay open in the program's first process, which takes them over.
	for ($job, $in) { fcntl $_, 2, 0 if $_ }
	exec { "/usr/lib/devbox/supervise" } "supervise", $path, "/usr/bin/perl", "-e", $loader, fileno $job, $in_number;
	die "cannot run /usr/lib/devbox/supervise: $!";
}

sub unnamed {
	my ($path, $bytes) = @_;
	open my $file, "+>", "$path/input" or die "cannot write in $path: $!";
	unlink "$path/input";
	my $done = 0;
	while ($done < length $bytes) {
		my $written = syswrite $file, $bytes, length($bytes) - $done, $done;
		defined $written or die "cannot write in $path: $!";
		$done += $written;
	}
	sysseek $file, 0, 0;
	return $file;
}

# A line for each: id, group or 0, is it alive, `code <n>`, `signal <n>` or `-`, bytes and cut of stdout and stderr, was its time up.
sub look {
	for my $id (@_) {
		my $path = folder($id);
		my ($group, $is_alive, $end);
		# The supervisor writes the end a moment after the process has gone.
		for my $try (1 .. 10) {
			($group, $is_alive) = leader($path);
			$end = read_line("$path/exit");
			last if $is_alive || $end ne "" || !-d $path;
			select undef, undef, undef, 0.05;
		}
		my @sizes = map { (-s "$path/$_" || 0, -e "$path/$_.cut" ? 1 : 0) } qw(stdout stderr);
		print join("\t", $id, $group, $is_alive, $end eq "" ? "-" : $end, @sizes, -e "$path/timeout" ? 1 : 0), "\n";
	}
}

# The group's number, and whether its first process still is the one that was started.
sub leader {
	my ($path) = @_;
	my ($pid, $started) = split / /, read_line("$path/started");
	if (!$pid) {
		# Between the supervisor's note and the loader's.
		my $group = read_line("$path/pid") || 0;
		return ($group, $group && (-M "$path/pid" // 1) < 60 / 86_400 && kill(0, $group) ? 1 : 0);
	}
	my @now = stat_fields($pid);
	# One that has ended and that nobody reaps will never say more.
	return ($pid, @now && $now[0] ne "Z" && $now[19] eq $started ? 1 : 0);
}

sub read_line {
	my ($file) = @_;
	open my $handle, "<", $file or return "";
	my $line = <$handle> // "";
	chomp $line;
	return $line;
}

sub send_signal {
	my ($id, $name) = @_;
	my ($group, $is_alive) = leader(folder($id));
	kill $name, -$group if $is_alive && read_line(folder($id) . "/exit") eq "";
}

sub cancel {
	my ($id, $grace_seconds) = @_;
	my $path = folder($id);
	my ($group, $is_alive) = leader($path);
	return if !$is_alive || read_line("$path/exit") ne "";
	in_background(sub { end_group($group, $grace_seconds) });
}

# What goes on after this channel.
sub in_background {
	my ($work) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid) {
		waitpid $pid, 0;
		return;
	}
	exit 0 if fork;
	setpgrp 0, 0;
	$SIG{HUP} = $SIG{PIPE} = "IGNORE";
	open STDIN, "<", "/dev/null";
	open STDOUT, ">", "/dev/null";
	open STDERR, ">", "/dev/null";
	$work->();
	exit 0;
}

# The session is the supervisor's, which has to live to tell the end.
sub end_group {
	my ($group, $grace_seconds) = @_;
	my $session = (stat_fields($group))[3] // 0;
	my $others = sub { $session ? session_members($session, $session => 1, $$ => 1) : () };
	kill "TERM", -$group, $others->();
	kill "CONT", -$group, $others->();
	for (1 .. $grace_seconds * 10) {
		return if !kill(0, -$group) && !$others->();
		select undef, undef, undef, 0.1;
	}
	kill "KILL", -$group, $others->();
}

sub remove {
	for my $id (@_) {
		my $path = folder($id);
		unlink map { "$path/$_" } qw(pid stdout stderr stdout.cut stderr.cut exit exit.new started started.new timeout pid.new);
		rmdir $path;
	}
}

# Frames as attached.pl sends them, from the offsets on, to the end of the exec; `l` instead of `x` for one that has vanished.
sub follow {
	my ($id, %offset) = @_;
	my $path = folder($id);
	syswrite STDOUT, "\0\0devbox-exec\0\0";
	my %file;
	my ($pause, $missing) = (0.02, 0);
	for (;;) {
		my ($group, $is_alive) = leader($path);
		my $end = read_line("$path/exit");
		my $was_heard = 0;
		for my $name (qw(stdout stderr)) {
			if (!$file{$name}) {
				open my $opened, "<:raw", "$path/$name" or next;
				sysseek $opened, $offset{$name}, 0;
				$file{$name} = $opened;
			}
			while (my $got = sysread $file{$name}, my $bytes, 65_536) {
				send_frame($name eq "stdout" ? "o" : "e", $bytes);
				$was_heard = 1;
			}
		}
		# Both were read after the end was seen, and nothing is kept after it that matters.
		return send_frame("x", $end) if $end ne "";
		# As in `look`.
		$missing = $is_alive ? 0 : $missing + 1;
		return send_frame("l", "") if $missing > 10;
		$pause = $was_heard || $missing ? 0.02 : $pause < 0.2 ? $pause * 1.5 : 0.2;
		my $reader = "";
		vec($reader, fileno STDIN, 1) = 1;
		# Whoever follows says nothing more: what can be read is the end.
		exit 0 if select $reader, undef, undef, $pause;
	}
}

sub send_frame {
	my ($letter, $bytes) = @_;
	my $frame = $letter . pack("N/a*", $bytes);
	my $done = 0;
	while ($done < length $frame) {
		my $written = syswrite STDOUT, $frame, length($frame) - $done, $done;
		next if !defined $written && $! == $EINTR;
		exit 0 if !defined $written;
		$done += $written;
	}
}
