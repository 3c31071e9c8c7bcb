# Runs in a namespace inside the egress filter during an isolation audit: answers the audit's nonce at its own addresses, and ends with its
# standard input. Its arguments: nonce, its own address as a name server, address of the listed name, address of the other names, private address, folder.
import http.server, os, socket, socketserver, ssl, struct, subprocess, sys, threading
nonce, names, listed, other, private, folder = sys.argv[1:7]
class Page(http.server.BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"
	def do_GET(self):
		where = self.connection.getsockname()[0].replace("::ffff:", "")
		body = ("%s at %s for %s\n" % ("listed" if where == listed else nonce, where, self.headers.get("host", ""))).encode()
		if where == listed and not self.headers.get("host", "").startswith("listed."): body = (nonce + " at the listed site for another name\n").encode()
		self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
	def do_CONNECT(self): self.send_response(200); self.end_headers()
	def log_message(self, *words): pass
class Server(http.server.ThreadingHTTPServer): address_family = socket.AF_INET6
def pages(port, tls=False):
	server = Server(("::", port), Page)
	if tls:
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(folder + "/certificate.pem", folder + "/key.pem")
		server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
	threading.Thread(target=server.serve_forever, daemon=True).start()
def echo(port):
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((other, port))
	while True: s.sendto(nonce.encode(), s.recvfrom(2000)[1])
def answered(query):
	name, at = [], 12
	while query[at]: name.append(query[at + 1:at + 1 + query[at]].decode("latin-1").lower()); at += 1 + query[at]
	kind = struct.unpack(">H", query[at + 1:at + 3])[0]
	address = listed if name[0] == "listed" else private if name[0] == "private" else other
	data = socket.inet_aton(address) if kind == 1 else struct.pack(">HB", 1, 0) if kind == 65 else None
	record = b"" if data is None else b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 1, len(data)) + data
	return query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1 if record else 0, 0, 0) + query[12:at + 5] + record
class Datagrams(socketserver.BaseRequestHandler):
	def handle(self): self.request[1].sendto(answered(self.request[0]), self.client_address)
class Streams(socketserver.StreamRequestHandler):
	def handle(self):
		size = struct.unpack(">H", self.rfile.read(2))[0]; answer = answered(self.rfile.read(size)); self.wfile.write(struct.pack(">H", len(answer)) + answer)
socketserver.ThreadingTCPServer.allow_reuse_address = True
for server in (socketserver.ThreadingUDPServer((names, 53), Datagrams), socketserver.ThreadingTCPServer((names, 53), Streams)):
	threading.Thread(target=server.serve_forever, daemon=True).start()
for port in (443, 7777): threading.Thread(target=echo, args=(port,), daemon=True).start()
pages(80); pages(2222); pages(443, True)
print("up", flush=True)
sys.stdin.read()
