# What every script of this folder begins with. They are sent along with each use and run by the box's own perl (perl-base is
# essential in Debian and Ubuntu), so that a box is always served by the code of the gateway at hand. Only what perl-base has.
use strict;

# Linux's, on every machine type that boxes run on; Errno and Fcntl would have to be loaded.
my ($ENOENT, $EINTR, $EAGAIN) = (2, 4, 11);

sub read_bytes {
	my ($count) = @_;
	my $bytes = "";
	while (length $bytes < $count) {
		my $got = sysread STDIN, $bytes, $count - length $bytes, length $bytes;
		next if !defined $got && $! == $EINTR;
		exit 0 if !$got;
	}
	return $bytes;
}

# A list of strings: its length in bytes, then each string behind its own length.
sub read_list {
	return unpack "(N/a*)*", read_bytes(unpack "N", read_bytes(4));
}

# What to run, taken from the front of a list: directory, variables, `argv` or `script`, and the arguments.
sub take_program {
	my ($list) = @_;
	my %program = (cwd => shift @$list);
	$program{env} = [splice @$list, 0, shift @$list];
	$program{kind} = shift @$list;
	$program{argv} = [splice @$list, 0, shift @$list];
	return \%program;
}

# As /usr/lib/devbox/env-exec does it. The request's own variables go before the box's.
sub set_environment {
	my ($program) = @_;
	delete @ENV{qw(SSH_CLIENT SSH_CONNECTION SSH_TTY SHLVL OLDPWD PWD _)};
	my @entries;
	if (open my $file, "<:raw", "/run/devbox/env") {
		local $/;
		push @entries, split /\0/, scalar(<$file>) // "";
		close $file;
	}
	for (@entries, @{ $program->{env} }) {
		$ENV{$1} = $2 if /\A([A-Za-z_][A-Za-z0-9_]*)=(.*)\z/s;
	}
}

# Turns this process into the program. Like a shell, it ends with 127 for a program that is not there and 126 for one that cannot
# be run; then it says why on stderr.
sub become {
	my ($program) = @_;
	chdir($ENV{HOME} // "/") or chdir "/";
	refuse(126, "cannot enter $program->{cwd}: $!") if $program->{cwd} ne "" && !chdir $program->{cwd};
	my @argv = @{ $program->{argv} };
	@argv = ((-x "/bin/bash" ? "bash" : "sh"), "-c", @argv) if $program->{kind} eq "script";
	{ no warnings; exec { $argv[0] } @argv }
	refuse($! == $ENOENT ? 127 : 126, "cannot run $argv[0]: $!");
}

sub refuse {
	my ($code, $message) = @_;
	syswrite STDERR, "devbox: $message\n";
	exit $code;
}

# Processes of a session, save those named.
sub session_members {
	my ($session, %except) = @_;
	my @found;
	opendir my $proc, "/proc" or return;
	for my $pid (grep { /\A\d+\z/ && !$except{$_} } readdir $proc) {
		my ($state, $parent, $group, $sid) = stat_fields($pid) or next;
		push @found, $pid if $sid == $session && $state ne "Z";
	}
	return @found;
}

# Fields of /proc/<pid>/stat after the name, which may hold anything: state, parent, group, session, … start time is number 19.
sub stat_fields {
	my ($pid) = @_;
	open my $file, "<", "/proc/$pid/stat" or return;
	my $line = <$file> // "";
	return $line =~ /.*\) (.*)/s ? split(/ /, $1) : ();
}
